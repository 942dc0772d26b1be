"""Guards the step from batch times to callers: slower batches or less patience never serve more of them, and what is
claimed as in time is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.bench.asr_capacity import RECOGNITIONS_PER_TURN, TURNS_PER_MINUTE, capacity, p95_ms

FLAT = {1: [20.0], 4: [20.0], 16: [20.0]}
"""A GPU: a batch takes as long as one utterance."""
LINEAR = {1: [20.0], 4: [80.0], 16: [320.0]}
"""A CPU core: a batch gains nothing."""


def test_a_lone_request_takes_as_long_as_its_batch() -> None:
    assert p95_ms(LINEAR, rate=0.01, most=16) == pytest.approx(20)


def test_more_requests_than_can_be_done_wait_for_ever() -> None:
    assert p95_ms(LINEAR, rate=100, most=1) > 10_000


def test_where_batches_cost_nothing_more_the_largest_serves_most() -> None:
    found = capacity(FLAT)
    assert found.batch == 16
    assert 300 < found.utterances_per_s < 800


def test_where_batches_gain_nothing_the_rate_stays_below_that_of_one_by_one() -> None:
    assert 35 < capacity(LINEAR).utterances_per_s < 50


def test_a_model_slower_than_the_time_allowed_serves_nobody() -> None:
    assert capacity({1: [400.0], 8: [900.0]}).callers == 0


def test_callers_follow_from_the_rate_and_the_stated_assumptions() -> None:
    found = capacity(FLAT)
    assert found.callers == int(found.utterances_per_s * 60 / (TURNS_PER_MINUTE * RECOGNITIONS_PER_TURN))


@settings(deadline=None, max_examples=5)
@given(st.floats(5, 100), st.floats(1, 3), st.floats(50, 400))
def test_slower_batches_never_serve_more(one_ms: float, slower: float, within_ms: float) -> None:
    times = {1: [one_ms], 4: [2 * one_ms], 8: [3 * one_ms]}
    slow = {size: [slower * ms for ms in values] for size, values in times.items()}
    found = capacity(times, within_ms=within_ms)
    assert capacity(slow, within_ms=within_ms).utterances_per_s <= found.utterances_per_s * 1.01
    if found.utterances_per_s:
        assert p95_ms(times, rate=found.utterances_per_s, most=found.batch) <= within_ms
