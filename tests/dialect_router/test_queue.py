"""Invariant: nobody starves. A call is only ever overtaken by calls that came less than the greatest head start after
it, and its place survives a change of mind, a callback and an agent who does not answer."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialect_router.queue import HeadStart, QueueFull, WaitingCall, WaitingQueue
from tests.dialect_router.waiting_calls import HE, LUO, WANG, waiting

HEAD_START = HeadStart(value_s=120, emotion_s=60)


def queue(*calls: WaitingCall) -> WaitingQueue:
    made = WaitingQueue(HEAD_START)
    for call in calls:
        made.join(call)
    return made


def order(of: WaitingQueue, at: float) -> list[str]:
    return [call.call_id for call in of.ordered(at)]


def test_first_come_first_served_among_equals() -> None:
    assert order(queue(WaitingCall("b", 5.0), WaitingCall("a", 1.0), WaitingCall("c", 9.0)), 10) == ["a", "b", "c"]


def test_a_valued_customer_and_an_angry_one_go_ahead() -> None:
    three = queue(WaitingCall("a", 0.0), WaitingCall("vip", 50.0, value=1.0), WaitingCall("angry", 55.0, emotion=1.0))
    assert order(three, 60) == ["vip", "angry", "a"]


def test_an_ordinary_caller_is_not_overtaken_for_ever() -> None:
    later = [WaitingCall(f"vip{number}", 10.0 * number, value=1.0, emotion=1.0) for number in range(1, 100)]
    ahead = order(queue(WaitingCall("a", 0.0, value=0.0), *later), 1000.0).index("a")
    assert ahead == 17  # those who came less than 180 s later


@settings(max_examples=50)
@given(waiting(), st.floats(0, 100_000))
def test_only_who_came_within_the_greatest_head_start_can_overtake(calls: list[WaitingCall], at: float) -> None:
    ordered = queue(*calls).ordered(at + 1000)
    for place, call in enumerate(ordered):
        for overtaken in ordered[place + 1 :]:
            assert call.entered_at <= overtaken.entered_at + HEAD_START.most_s + 1e-6


@settings(max_examples=50)
@given(waiting())
def test_who_waits_longer_only_moves_forward(calls: list[WaitingCall]) -> None:
    one = queue(*calls)
    assert order(one, 1000) == order(one, 5000)


def test_what_is_learned_of_a_caller_does_not_cost_the_place() -> None:
    two = queue(WaitingCall("a", 0.0), WaitingCall("b", 5.0))
    two.update(WaitingCall("a", 50.0, passed_over=frozenset({"8001"})))
    assert order(two, 60) == ["a", "b"]
    assert two.ordered(60)[0].passed_over == {"8001"}


def test_a_call_that_comes_back_brings_its_time_of_entry() -> None:
    two = queue(WaitingCall("a", 0.0), WaitingCall("b", 5.0))
    rang = two.leave("a")
    assert rang is not None
    two.join(replace(rang, passed_over=frozenset({"8001"})))
    assert order(two, 60) == ["a", "b"]


def test_leaving_twice_is_no_error_and_joining_twice_is() -> None:
    one = queue(WaitingCall("a", 0.0))
    with pytest.raises(ValueError, match="'a'"):
        one.join(WaitingCall("a", 1.0))
    assert one.leave("a") is not None
    assert one.leave("a") is None
    assert len(one) == 0 and "a" not in one


def test_a_flood_of_calls_is_refused_at_the_door() -> None:
    full = WaitingQueue(most_waiting=2)
    full.join(WaitingCall("a", 0.0))
    full.join(WaitingCall("b", 0.0))
    with pytest.raises(QueueFull, match="2 calls"):
        full.join(WaitingCall("c", 0.0))


def test_who_may_take_a_call() -> None:
    assert WaitingCall("a", 0.0, skill="return").may_go_to(LUO)
    assert not WaitingCall("a", 0.0, skill="repair").may_go_to(LUO)
    assert WaitingCall("a", 0.0).may_go_to(WANG)
    assert WaitingCall("a", 0.0, skill="repair", overflow_teams=frozenset({"综合组"})).may_go_to(WANG)
    assert not WaitingCall("a", 0.0, skill="order", language="en").may_go_to(HE)


@pytest.mark.parametrize("wrong", [{"value": 1.1}, {"emotion": -0.1}, {"value": float("nan")}])
def test_a_value_out_of_range_names_the_call(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="'a'"):
        WaitingCall("a", 0.0, **wrong)  # type: ignore[arg-type]


def test_a_dialect_that_does_not_exist_names_the_call() -> None:
    with pytest.raises(ValueError, match="klingon"):
        WaitingCall("a", 0.0, requested_dialect="klingon")


def test_a_negative_head_start_is_refused() -> None:
    with pytest.raises(ValueError, match="head start"):
        HeadStart(value_s=-1)
