"""A callback is tried so often and no more, and nobody who said no is rung again."""

import pytest

from dialect_router.callbacks import CallbackPolicy, Unreached

POLICY = CallbackPolicy(tries=3, busy_again_s=60, again_s=600)


def test_a_busy_line_is_tried_again_sooner() -> None:
    assert POLICY.again_in_s("busy", 1) == 60
    for outcome in ("no_answer", "unreachable", "hung_up"):
        assert POLICY.again_in_s(outcome, 2) == 600


@pytest.mark.parametrize("outcome", ["busy", "no_answer", "hung_up", "declined", "wrong_number"])
def test_after_the_last_try_it_is_left_to_people(outcome: Unreached) -> None:
    assert POLICY.again_in_s(outcome, 3) is None


@pytest.mark.parametrize("outcome", ["declined", "wrong_number"])
def test_who_declines_or_does_not_exist_is_not_rung_again(outcome: Unreached) -> None:
    assert POLICY.again_in_s(outcome, 1) is None


def test_a_policy_without_tries_is_none() -> None:
    with pytest.raises(ValueError, match="at least one"):
        CallbackPolicy(tries=0)
