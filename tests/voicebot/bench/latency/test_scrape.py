"""A histogram read from a metrics endpoint says the same as the values that went into it, to a bucket's width."""

import urllib.error
from bisect import bisect_left

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest

from voicebot.bench.latency import scrape
from voicebot.config import MetricsSection
from voicebot.free_ports import free_ports
from voicebot.metrics import STAGE_BUCKETS_S, Metrics

SECONDS = st.lists(st.floats(min_value=0.0, max_value=4.9), min_size=1, max_size=60)


def text(metrics: Metrics) -> str:
    return generate_latest(metrics.registry).decode()


def endpoint_stage(metrics: Metrics) -> scrape.Buckets:
    found = scrape.parse(text(metrics)).histogram("voicebot_stage_seconds", stage="endpoint")
    assert found is not None
    return found


def bucket_of(seconds: float) -> tuple[float, float]:
    index = bisect_left(STAGE_BUCKETS_S, seconds)
    return ((0.0, *STAGE_BUCKETS_S)[index], STAGE_BUCKETS_S[index])


@given(SECONDS, SECONDS, st.floats(min_value=0.01, max_value=1.0))
def test_only_what_came_between_two_readings_counts(earlier: list[float], later: list[float], share: float) -> None:
    metrics = Metrics(CollectorRegistry())
    stage = metrics.stage_s.labels("endpoint")
    for seconds in earlier:
        stage.observe(seconds)
    before = endpoint_stage(metrics)
    for seconds in later:
        stage.observe(seconds)
    grown = endpoint_stage(metrics).since(before)
    assert grown.count == len(later)
    assert grown.mean == pytest.approx(np.mean(later), abs=1e-9)
    low, high = bucket_of(float(np.quantile(later, share, method="inverted_cdf")))
    quantile = grown.quantile(share)
    assert quantile is not None and low - 1e-9 <= quantile <= high + 1e-9
    assert grown.highest() == bucket_of(max(later))[1]


def test_nothing_measured_has_no_quantiles() -> None:
    metrics = Metrics(CollectorRegistry())
    metrics.stage_s.labels("endpoint").observe(0.3)
    stage = endpoint_stage(metrics)
    nothing = stage.since(stage)
    assert (nothing.count, nothing.mean, nothing.quantile(0.5), nothing.highest()) == (0, None, None, None)


def test_what_lies_above_all_buckets_is_the_highest_edge_and_no_infinity() -> None:
    metrics = Metrics(CollectorRegistry())
    metrics.stage_s.labels("endpoint").observe(1000.0)
    stage = endpoint_stage(metrics)
    assert stage.quantile(0.5) == stage.highest() == STAGE_BUCKETS_S[-1]


def test_stages_are_told_apart_and_a_missing_one_is_none() -> None:
    metrics = Metrics(CollectorRegistry())
    metrics.stage_s.labels("endpoint").observe(0.3)
    metrics.stage_s.labels("dialogue").observe(0.01)
    reading = scrape.parse(text(metrics))
    dialogue = reading.histogram("voicebot_stage_seconds", stage="dialogue")
    assert dialogue is not None and dialogue.mean == 0.01
    assert reading.histogram("voicebot_stage_seconds", stage="synthesis") is None
    assert reading.histogram("voicebot_loop_lag_seconds") is not None


def test_the_endpoint_is_asked_and_its_silence_is_an_error() -> None:
    (port,) = free_ports(1)
    settings, metrics = MetricsSection(port=port), Metrics()
    with pytest.raises(urllib.error.URLError):
        scrape.read(settings)
    metrics.serve(settings)
    metrics.stage_s.labels("synthesis").observe(0.02)
    stage = scrape.read(settings).histogram("voicebot_stage_seconds", stage="synthesis")
    assert stage is not None and stage.count == 1
