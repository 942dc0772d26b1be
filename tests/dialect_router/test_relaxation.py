"""Invariant: the longer a call waits the less is asked for, and in the end nothing but the skill."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialect_router.relaxation import Relaxation, Scope, Step

RELAXATION = Relaxation()


@pytest.mark.parametrize(("waited_s", "scope"), [(0, Scope.EXACT), (8, Scope.GROUP), (12, Scope.ANY), (9e9, Scope.ANY)])
def test_the_steps_follow_one_another(waited_s: float, scope: Scope) -> None:
    assert RELAXATION.steps[RELAXATION.step(waited_s, requested=False)].scope is scope


def test_who_asked_for_a_dialect_is_held_longer() -> None:
    assert RELAXATION.steps[RELAXATION.step(30, requested=True)].scope is Scope.EXACT


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.booleans())
def test_nothing_is_asked_for_again_that_was_given_up(one: float, other: float, requested: bool) -> None:
    earlier, later = sorted((one, other))
    assert RELAXATION.step(earlier, requested=requested) <= RELAXATION.step(later, requested=requested)


@pytest.mark.parametrize(
    "steps",
    [
        (),
        (Step(8.0, Scope.ANY, 1),),
        (Step(math.inf, Scope.GROUP, 1),),
        (Step(12.0, Scope.EXACT, 1), Step(8.0, Scope.GROUP, 1), Step(math.inf, Scope.ANY, 1)),
        (Step(8.0, Scope.EXACT, 2), Step(math.inf, Scope.ANY, 3)),
        (Step(8.0, Scope.EXACT, 6), Step(math.inf, Scope.ANY, 1)),
    ],
)
def test_steps_that_leave_a_caller_waiting_for_ever_or_make_no_sense_are_refused(steps: tuple[Step, ...]) -> None:
    with pytest.raises(ValueError, match="relaxation"):
        Relaxation(steps=steps)


@pytest.mark.parametrize(
    "wrong",
    [
        {"tolerance": 2.0},
        {"worth_holding": -1.0},
        {"handling_s": 0.0},
        {"requested_patience": 0.5},
        {"last_agent_s": -1.0},
    ],
)
def test_limits_that_cannot_work_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="relaxation"):
        replace(RELAXATION, **wrong)  # type: ignore[arg-type]
