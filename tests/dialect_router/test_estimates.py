"""Invariant: what a caller is told of the wait follows from who is there and who is ahead, and is never a number where
nobody can come."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialect_router.estimates import USUAL_HANDLING_S, HandlingTimes, Outlook, outlooks
from dialect_router.presence import AgentState
from dialect_router.queue import HeadStart, WaitingCall
from tests.dialect_router.waiting_calls import HE, LUO, WANG, desk, states, waiting

ORDERS = [WaitingCall(f"c{number}", float(number), "order") for number in range(4)]


def told(calls: list[WaitingCall], at_desk: list[AgentState]) -> list[Outlook]:
    return list(outlooks(calls, at_desk, HandlingTimes(240.0)).values())


def test_one_agent_becomes_free_every_handling_time_shared_by_all_who_can() -> None:
    assert [each.wait_s for each in told(ORDERS, desk(busy=(LUO, HE, WANG)))] == [80, 160, 240, 320]


def test_who_can_be_put_through_now_does_not_wait() -> None:
    assert told(ORDERS, desk(WANG, busy=(LUO,)))[0] == Outlook(1, 0.0)


def test_calls_for_what_the_same_agents_do_beside_are_ahead_too() -> None:
    for beside in ("return", ""):
        assert told([WaitingCall("r", 0.0, beside), ORDERS[1]], desk(busy=(WANG,)))[1].position == 2


def test_calls_for_what_none_of_them_does_are_not() -> None:
    assert told([WaitingCall("r", 0.0, "repair"), ORDERS[1]], desk(busy=(WANG,)))[1].position == 1


def test_where_nobody_can_come_no_time_is_told() -> None:
    (found,) = told([WaitingCall("r", 0.0, "repair")], desk(busy=(WANG,)))
    assert (found.wait_s, found.minutes) == (None, None)


@pytest.mark.parametrize(("wait_s", "minutes"), [(0.0, 1), (60.0, 1), (61.0, 2), (600.0, 10)])
def test_minutes_are_never_fewer_than_it_takes(wait_s: float, minutes: int) -> None:
    assert Outlook(1, wait_s).minutes == minutes


def test_handling_times_are_learned_by_skill() -> None:
    handling = HandlingTimes()
    for _ in range(400):
        handling.on_handled("return", 600.0)
    assert handling.mean_s("return") == pytest.approx(600.0, rel=0.01)
    assert handling.mean_s("order") == USUAL_HANDLING_S


@given(st.lists(st.floats(1, 3600), min_size=1))
def test_a_mean_stays_within_what_was_seen(seen: list[float]) -> None:
    handling = HandlingTimes()
    for handling_s in seen:
        handling.on_handled("order", handling_s)
    bounds = [USUAL_HANDLING_S, *seen]
    assert min(bounds) - 1e-6 <= handling.mean_s("order") <= max(bounds) + 1e-6


@settings(max_examples=50)
@given(waiting(), states.filter(bool))
def test_of_two_calls_for_the_same_the_one_ahead_is_told_less(
    calls: list[WaitingCall], at_desk: list[AgentState]
) -> None:
    ordered = HeadStart().ordered(calls, 1000.0)
    so_far: dict[tuple[str, str, frozenset[str]], float] = {}
    for call, found in zip(ordered, outlooks(ordered, at_desk, HandlingTimes()).values(), strict=True):
        alike = (call.skill, call.language, call.overflow_teams)
        if found.wait_s is not None:
            assert found.wait_s >= so_far.get(alike, 0.0)
            so_far[alike] = found.wait_s
