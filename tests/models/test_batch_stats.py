"""Guards the figures that admission goes by: they tell of the last seconds, and forget what is older."""

import pytest

from models.batch_stats import WINDOW_S, RecentBatches


def test_nothing_asked_gives_noughts() -> None:
    stats = RecentBatches().stats(waiting_s=[], running_s=[], now=5.0)
    assert (stats.waiting, stats.batches, stats.mean_batch) == (0, 0, 0)
    assert stats.mean_wait_ms == stats.p95_wait_ms == stats.mean_run_ms == stats.p95_run_ms == 0


def test_each_request_counts_for_the_wait_and_each_batch_for_the_run() -> None:
    recent = RecentBatches()
    recent.add(waits_s=[0.0, 0.010, 0.020], run_s=0.030, now=1.0)
    recent.add(waits_s=[0.050], run_s=0.010, now=1.1)
    stats = recent.stats(waiting_s=[], running_s=[], now=1.2)
    assert (stats.batches, stats.mean_batch) == (2, 2)
    assert stats.mean_wait_ms == pytest.approx(20)
    assert stats.mean_run_ms == pytest.approx(20)
    assert 40 < stats.p95_wait_ms <= 50
    assert 28 < stats.p95_run_ms <= 30


def test_what_is_older_than_the_window_is_forgotten() -> None:
    recent = RecentBatches()
    recent.add(waits_s=[9.0], run_s=9.0, now=1.0)
    recent.add(waits_s=[0.1], run_s=0.1, now=1.0 + WINDOW_S)
    stats = recent.stats(waiting_s=[], running_s=[], now=1.5 + WINDOW_S)
    assert stats.p95_wait_ms == pytest.approx(100)
    assert stats.batches == 2


def test_what_waits_and_runs_now_counts_with_its_time_so_far() -> None:
    stats = RecentBatches().stats(waiting_s=[2.0, 2.0], running_s=[3.0], now=4.0)
    assert (stats.waiting, stats.p95_wait_ms, stats.p95_run_ms) == (2, 2000, 3000)
