"""Invariant: a simulated day counts every caller once, under both policies the same callers, and comes out the same
every time; with dialects twice as many of those who speak one reach somebody who speaks it, and nobody waits for it."""

import numpy as np
import pytest

from dialect_router.agents import Agent
from dialect_router.queue import WaitingCall
from tests.dialect_router.waiting_calls import HE, LUO, WANG, desk
from voicebot.bench.routing.callers import Caller, draw_callers
from voicebot.bench.routing.comparison import Comparison, compare
from voicebot.bench.routing.figures import RoutingFigures, Waits, figures
from voicebot.bench.routing.longest_idle import longest_idle
from voicebot.bench.routing.plan import day_plan
from voicebot.bench.routing.simulation import Day, DayResult, Outcome
from voicebot.bench.routing.staff import draw_staff

PLAN = day_plan()


@pytest.fixture(scope="module")
def compared() -> Comparison:
    return compare(PLAN, 1600, 20, 0)


def test_dialects_are_matched_twice_as_often_at_no_loss_of_service_level(compared: Comparison) -> None:
    ours, theirs = compared.with_dialects, compared.without_dialects
    assert ours.dialect_match_rate >= 2 * theirs.dialect_match_rate
    assert ours.service_level >= theirs.service_level
    assert 0.8 < theirs.service_level < 1


def test_a_day_comes_out_the_same_every_time_and_another_seed_is_another_day() -> None:
    first, again, other = (compare(PLAN, 60, 3, seed) for seed in (1, 1, 2))
    assert first == again != other


def test_every_caller_is_answered_or_hangs_up_once_and_no_agent_answers_what_he_cannot_settle() -> None:
    rng = np.random.default_rng(0)
    callers, staff = draw_callers(PLAN, 300, rng), draw_staff(PLAN, 4, rng)
    began: list[None] = []
    day = Day(callers, staff, longest_idle, wrap_up_s=PLAN.wrap_up_s, on_call=lambda: began.append(None)).run()
    assert len(began) == len(day.outcomes) == 300
    assert {outcome.caller.call.call_id for outcome in day.outcomes} == {caller.call.call_id for caller in callers}
    agents = {duty.agent.id: duty.agent for duty in staff}
    for outcome in day.outcomes:
        if outcome.agent_id is None:
            assert outcome.waited_s == pytest.approx(outcome.caller.patience_s)
        else:
            assert outcome.caller.call.may_go_to(agents[outcome.agent_id])
    assert len(day.occupancy) == 4 and all(0 < share <= 1 for share in day.occupancy)


def test_the_belief_of_a_caller_is_not_the_truth() -> None:
    callers = draw_callers(PLAN, 400, np.random.default_rng(0))
    right = sum(max(each.call.dialects, key=lambda tag: each.call.dialects[tag]) == each.dialect for each in callers)
    assert 0.4 < right / 400 < 0.9


def test_without_dialects_the_first_caller_gets_who_has_the_skill_and_is_idle_longest() -> None:
    states = desk(WANG, HE, LUO)
    calls = [WaitingCall("late", 5.0, "order"), WaitingCall("first", 1.0, "return", {"yue": 1.0})]
    assert longest_idle(calls, states, 9.0) == [("first", "8012"), ("late", "8003")]
    assert longest_idle([WaitingCall("a", 0.0, "repair")], states, 9.0) == []


def outcome(waited_s: float, agent: Agent | None, dialect: str = "cmn") -> Outcome:
    caller = Caller(WaitingCall("c", 0.0), dialect, patience_s=100, talk_s=100, pick_up_s=3)
    return Outcome(caller, waited_s, agent and agent.id)


def test_what_the_figures_count() -> None:
    outcomes = [
        outcome(4.0, LUO, "cmn-sichuan"),
        outcome(20.0, WANG, "cmn-sichuan"),
        outcome(30.0, WANG),
        outcome(60.0, None, "yue"),
        outcome(4.9, None),  # a wrong number
    ]
    counted = figures(DayResult(outcomes, [0.5, 0.7]), {"8001": LUO, "8012": WANG})
    assert counted == RoutingFigures(
        dialect_match_rate=0.5,
        service_level=0.5,
        abandoned_rate=0.25,
        wait_s=Waits(18.0, pytest.approx(29.0)),
        occupancy_spread=pytest.approx(0.1),
    )


def test_a_day_without_calls_has_figures_too() -> None:
    assert figures(DayResult([], [0.0]), {}).service_level == 0.0
