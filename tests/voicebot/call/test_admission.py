"""Guards the door: beyond capacity nobody new is taken, one slow moment turns nobody away, and once turned away callers
are not let in and out by every flicker of the load."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.call.admission import RELIEF, STALE_S, SUSTAINED_S, Admission, AdmissionLimits, Strain

LIMITS = AdmissionLimits(calls=10, recognition_ms=500, loop_lag_ms=20)


@pytest.fixture
def admission() -> Admission:
    return Admission(LIMITS)


def strained(admission: Admission) -> Admission:
    for at in range(4):
        admission.on_recognition(900, at=float(at))
    return admission


def test_calls_are_taken_up_to_the_limit(admission: Admission) -> None:
    assert admission.refusal(calls=9, at=0) is None
    assert "max_calls" in (admission.refusal(calls=10, at=0) or "")


def test_a_recogniser_that_stays_behind_turns_callers_away(admission: Admission) -> None:
    assert "max_recognition_ms" in (strained(admission).refusal(calls=3, at=3.5) or "")


def test_a_media_process_that_stays_late_turns_callers_away(admission: Admission) -> None:
    for tick in range(20):
        admission.on_loop_lag(35, at=tick / 4)
    assert "max_loop_lag_ms" in (admission.refusal(calls=3, at=5) or "")


def test_the_first_call_is_always_taken(admission: Admission) -> None:
    assert strained(admission).refusal(calls=0, at=3.5) is None


def test_one_slow_moment_turns_nobody_away(admission: Admission) -> None:
    for at, reading in enumerate((100, 3000, 100, 3000, 3000, 100)):
        admission.on_recognition(reading, at=float(at))
        assert admission.refusal(calls=5, at=float(at)) is None


def test_callers_are_taken_again_only_well_below_the_limit(admission: Admission) -> None:
    strained(admission)
    admission.on_recognition(480, at=4)
    assert admission.refusal(calls=3, at=4) is not None
    admission.on_recognition(RELIEF * 500 - 1, at=5)
    assert admission.refusal(calls=3, at=5) is None


def test_a_model_host_that_says_nothing_is_no_reason(admission: Admission) -> None:
    assert strained(admission).refusal(calls=3, at=3 + STALE_S + 0.1) is None


@given(st.lists(st.tuples(st.floats(0.05, 2.0), st.floats(0, 100)), max_size=60))
def test_strain_begins_after_a_sustained_excess_and_ends_with_relief(readings: list[tuple[float, float]]) -> None:
    strain, at, over_since = Strain(50.0), 0.0, None
    for pause, reading in readings:
        before = strain.active(at=at)
        at += pause
        strain.observe(reading, at=at)
        over_since = (at if over_since is None else over_since) if reading > 50 else None
        now = strain.active(at=at)
        if now and not before:
            assert over_since is not None and at - over_since >= SUSTAINED_S
        if before and not now:
            assert reading <= RELIEF * 50
