"""Invariant: a policy in the shadow is compared with the live one on the same state, every decision of either is
counted once, and nothing it decides has an effect."""

from dataclasses import replace
from functools import partial

from hypothesis import given

from dialect_router.assignment import AssignmentPolicy, assign
from dialect_router.pairs import Prices
from dialect_router.presence import AgentState
from dialect_router.queue import WaitingCall
from dialect_router.shadow import Tally, compare
from tests.dialect_router.waiting_calls import HE, LUO, WANG, desk, states, waiting

LIVE = AssignmentPolicy()
DEAF = partial(assign, policy=replace(LIVE, prices=Prices(dialect=0.0)))


def test_a_policy_that_does_not_hear_dialects_would_have_decided_otherwise() -> None:
    calls, at_desk = [WaitingCall("a", 0.0, "order", {"cmn-sichuan": 1.0})], desk(LUO, HE)
    live = assign(calls, at_desk, 20.0, LIVE)
    same = compare(partial(assign, policy=LIVE), calls, at_desk, 20.0, live)
    assert (same.agreed, same.differences) == (1, ())
    other = compare(DEAF, calls, at_desk, 20.0, live)
    (difference,) = other.differences
    assert difference.live is not None and difference.live.agent_id == "8001"
    assert difference.shadow is not None and difference.shadow.agent_id == "8003" and difference.shadow.reasons
    tally = Tally().plus(same).plus(other)
    assert tally == Tally(ticks=2, agreed=1, other_agent=1)
    assert tally.agreement == 0.5


def test_a_policy_that_holds_calls_shows_as_waiting() -> None:
    calls = [WaitingCall("a", 0.0, "order", requested_dialect="yue")]
    at_desk = desk(WANG, busy=(HE,))
    live = assign(calls, at_desk, 60.0, LIVE)
    patient = replace(LIVE, relaxation=replace(LIVE.relaxation, requested_patience=60.0))
    held = compare(partial(assign, policy=patient), calls, at_desk, 60.0, live)
    assert Tally().plus(held) == Tally(ticks=1, only_live=1)
    assert Tally().plus(compare(partial(assign, policy=LIVE), calls, at_desk, 60.0, [])) == Tally(
        ticks=1, only_shadow=1
    )


def test_before_anything_was_decided_there_is_no_disagreement() -> None:
    assert Tally().agreement == 1.0


@given(waiting(), states)
def test_every_decision_of_either_is_counted_once(calls: list[WaitingCall], at_desk: list[AgentState]) -> None:
    live, shadow = assign(calls, at_desk, 1000.0, LIVE), DEAF(calls, at_desk, 1000.0)
    tally = Tally().plus(compare(DEAF, calls, at_desk, 1000.0, live))
    assert tally.agreed + tally.other_agent + tally.only_live == len(live)
    assert tally.agreed + tally.other_agent + tally.only_shadow == len(shadow)
