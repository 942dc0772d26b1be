"""Invariant: whatever events come in whatever order, an agent is in one presence that fits the calls, time at the desk
adds up, and every call that rang is either answered, withdrawn or given back exactly once."""

from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialect_router.agents import Agent
from dialect_router.presence import (
    WORKING,
    AgentState,
    Cause,
    NotFree,
    Presence,
    PresenceBoard,
    PresenceConfig,
    UnknownAgent,
)

LUO = Agent("8001", "罗雪梅")
HE = Agent("8003", "何嘉欣", capacity=2)
CONFIG = PresenceConfig(ring_s=15, wrap_up_s=30, break_s=900, misses_to_break=2)


def board(*agents: Agent, config: PresenceConfig = CONFIG) -> PresenceBoard:
    """Everybody ready since 0."""
    made = PresenceBoard(agents or (LUO,), 0.0, config)
    for agent in agents or (LUO,):
        made.on_ready(agent.id, 0.0)
    return made


def test_a_call_goes_from_ringing_through_wrap_up_to_ready() -> None:
    one = board()
    assert one.on_offered("8001", "a", 10).after.presence is Presence.RINGING
    assert not one.state("8001").free
    one.on_answered("8001", "a", 14)
    one.on_ended("8001", "a", 100)
    assert one.state("8001").presence is Presence.WRAP_UP
    assert one.on_time(129.9) == []
    (over,) = one.on_time(200)
    assert (over.at, over.cause) == (130, Cause.WRAP_UP_OVER)
    state = one.state("8001")
    assert state.free and state.answered == 1
    assert (state.working_s, state.busy_s) == (130, 116)
    assert state.occupancy(232) == pytest.approx(0.5)


def test_an_agent_who_is_done_with_the_notes_is_ready_at_once() -> None:
    one = board()
    one.on_offered("8001", "a", 0)
    one.on_answered("8001", "a", 5)
    one.on_ended("8001", "a", 20)
    one.on_ready("8001", 22)
    assert one.state("8001").free
    assert one.on_time(1000) == []


def test_a_missed_call_is_given_back_and_the_second_one_in_a_row_makes_a_break() -> None:
    one = board()
    one.on_offered("8001", "a", 0)
    (missed,) = one.on_time(20)
    assert (missed.at, missed.cause, missed.given_back) == (15, Cause.MISSED, "a")
    assert one.state("8001").free
    one.on_offered("8001", "b", 30)
    declined = one.on_not_taken("8001", "b", 33, Cause.DECLINED)
    assert declined is not None and declined.given_back == "b"
    assert one.state("8001").presence is Presence.BREAK
    one.on_ready("8001", 60)
    assert one.state("8001").free and one.state("8001").missed_in_a_row == 0


def test_an_answer_after_the_ringing_timed_out_changes_nothing() -> None:
    one = board()
    one.on_offered("8001", "a", 0)
    one.on_time(15)
    assert one.on_answered("8001", "a", 15.1) is None
    assert one.state("8001").calls == ()


def test_a_caller_who_hangs_up_while_it_rings_is_nobodys_miss() -> None:
    one = board()
    one.on_offered("8001", "a", 0)
    withdrawn = one.on_withdrawn("8001", "a", 3)
    assert withdrawn is not None and withdrawn.given_back is None
    assert one.state("8001").free and one.state("8001").missed_in_a_row == 0


def test_a_break_asked_for_in_mid_call_comes_after_the_notes() -> None:
    one = board()
    one.on_offered("8001", "a", 0)
    one.on_answered("8001", "a", 5)
    planned = one.on_break("8001", 10)
    assert planned is not None and planned.after.presence is Presence.TALKING and planned.after.next is Presence.BREAK
    one.on_ended("8001", "a", 60)
    assert not one.state("8001").working
    one.on_time(90)
    assert one.state("8001").presence is Presence.BREAK
    (overdue,) = one.on_time(5000)
    assert (overdue.at, overdue.cause) == (990, Cause.BREAK_OVERDUE)
    assert one.state("8001").presence is Presence.BREAK


def test_a_phone_that_is_gone_gives_back_the_call_that_rang() -> None:
    one = board()
    one.on_offered("8001", "a", 0)
    gone = one.on_offline("8001", 4)
    assert gone is not None and gone.given_back == "a"
    assert one.state("8001").presence is Presence.OFFLINE
    assert one.on_time(1000) == []


def test_who_can_hold_two_conversations_is_offered_a_second_one_and_never_a_third() -> None:
    one = board(HE)
    for call in ("a", "b"):
        one.on_offered("8003", call, 0)
        assert not one.state("8003").free
        one.on_answered("8003", call, 1)
    assert not one.state("8003").free
    with pytest.raises(NotFree, match="8003"):
        one.on_offered("8003", "c", 2)
    one.on_ended("8003", "a", 50)
    assert one.state("8003").free
    one.on_ended("8003", "b", 60)
    assert one.state("8003").presence is Presence.WRAP_UP


def test_agents_come_and_go_with_the_list_but_nobody_is_cut_off() -> None:
    one = board()
    one.on_offered("8001", "a", 0)
    one.on_answered("8001", "a", 5)
    (left,) = one.on_agents_changed([HE], 10)
    assert left.cause is Cause.ROSTER and left.after.presence is Presence.TALKING
    assert one.on_ready("8001", 11) is None
    assert one.state("8003").presence is Presence.OFFLINE
    one.on_ended("8001", "a", 60)
    one.on_time(90)
    with pytest.raises(UnknownAgent, match="8001"):
        one.state("8001")


def test_a_changed_row_keeps_the_presence() -> None:
    one = board()
    one.on_agents_changed([replace(LUO, seniority=5)], 10)
    assert one.state("8001").free and one.state("8001").agent.seniority == 5


def test_a_new_day_begins_the_occupancy_anew() -> None:
    one = board(config=replace(CONFIG, wrap_up_s=0))
    one.on_offered("8001", "a", 0)
    one.on_answered("8001", "a", 0)
    one.on_ended("8001", "a", 50)
    one.on_new_day(100)
    assert one.state("8001").occupancy(200) == 0.0


@pytest.mark.parametrize("wrong", [{"ring_s": 0}, {"wrap_up_s": -1}, {"break_s": 0}, {"misses_to_break": 0}])
def test_timers_that_cannot_work_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="presence"):
        PresenceConfig(**wrong)  # type: ignore[arg-type]


EVENTS = ("ready", "break", "offline", "offered", "answered", "declined", "withdrawn", "ended", "time", "roster")
steps = st.lists(
    st.tuples(st.sampled_from(EVENTS), st.sampled_from([LUO, HE]), st.sampled_from("abc"), st.floats(0, 40)),
    max_size=60,
)


def consistent(state: AgentState, at: float) -> None:
    """What holds of every agent at every moment."""
    if state.calls:
        assert state.presence is Presence.TALKING
    elif state.ringing:
        assert state.presence is Presence.RINGING
    else:
        assert state.presence not in (Presence.TALKING, Presence.RINGING)
    assert len(state.calls) <= state.agent.capacity
    assert (state.until is not None) >= (state.ringing is not None or state.presence is Presence.WRAP_UP)
    assert state.until is None or state.until > at
    assert 0 <= state.busy_s <= state.working_s <= at + 1e-6
    assert 0 <= state.occupancy(at) <= 1
    assert state.presence not in WORKING - {Presence.WRAP_UP} or state.calls or state.next is Presence.READY
    if state.free:
        assert state.working


@given(steps)
def test_any_history_keeps_every_agent_consistent(history: list[tuple[str, Agent, str, float]]) -> None:
    one = board(LUO, HE)
    at, offered, answered, back = 0.0, 0, 0, 0
    for event, agent, call, pause in history:
        at += pause
        changes = list(one.on_time(at))
        known = agent.id in one.states
        if event == "roster":
            changes += one.on_agents_changed([LUO] if call == "a" else [LUO, HE], at)
        elif event == "offered":
            if known and one.state(agent.id).free:
                one.on_offered(agent.id, f"{call}{at}", at)
                offered += 1
        elif known and event in ("ready", "break", "offline"):
            changes.append(
                {"ready": one.on_ready, "break": one.on_break, "offline": one.on_offline}[event](agent.id, at)
            )
        elif known and event == "ended":
            for talked in one.state(agent.id).calls[:1]:
                one.on_ended(agent.id, talked, at)
        elif known and event != "time" and (ringing := one.state(agent.id).ringing):
            act = {
                "answered": one.on_answered,
                "declined": partial(one.on_not_taken, cause=Cause.DECLINED),
                "withdrawn": one.on_withdrawn,
            }[event]
            changes.append(act(agent.id, ringing, at))
            answered += event != "declined"
        back += sum(change.given_back is not None for change in changes if change)
        for state in one.states.values():
            consistent(state, at)
    ringing_now = sum(state.ringing is not None for state in one.states.values())
    assert offered == answered + back + ringing_now
