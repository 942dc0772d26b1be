"""Invariant: no call goes to an agent who cannot take it and no agent gets two; as many callers as possible are served;
nobody is passed over for one who came much later; and every decision says why."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialect_router.agents import Agent
from dialect_router.assignment import Assignment, AssignmentPolicy, assign
from dialect_router.pairs import Prices, pair_up
from dialect_router.presence import AgentState
from dialect_router.queue import WaitingCall
from dialect_router.relaxation import Relaxation, Scope, Step
from tests.dialect_router.waiting_calls import HE, LUO, WANG, desk, states, waiting

POLICY = AssignmentPolicy()
AT_ONCE = replace(POLICY, relaxation=Relaxation(steps=(Step(inf, Scope.ANY, 1),), last_agent_s=0))
"""Holds nobody."""
SICHUAN = {"cmn-sichuan": 0.8, "cmn": 0.2}
ZHOU = Agent("8020", "周洋", "订单组", {"order": 3}, {"cmn-sichuan": 5})


def pairs(made: Sequence[Assignment]) -> dict[str, str]:
    return {each.call_id: each.agent_id for each in made}


def decided(calls: list[WaitingCall], at_desk: list[AgentState], at: float = 1.0) -> dict[str, str]:
    return pairs(assign(calls, at_desk, at, POLICY))


def test_every_caller_gets_the_agent_of_the_own_dialect() -> None:
    calls = [
        WaitingCall("sichuan", 0.0, "order", SICHUAN),
        WaitingCall("yue", 0.0, "order", {"yue": 0.9, "cmn": 0.1}),
        WaitingCall("cmn", 0.0, "order", {"cmn": 1.0}),
    ]
    assert decided(calls, desk(LUO, HE, WANG)) == {"sichuan": "8001", "yue": "8003", "cmn": "8012"}


def test_a_request_counts_more_than_what_is_believed() -> None:
    calls = [WaitingCall("a", 0.0, "order", SICHUAN, requested_dialect="yue")]
    assert decided(calls, desk(LUO, HE, WANG)) == {"a": "8003"}


def test_a_caller_who_asked_for_cantonese_is_held_for_the_only_one_who_speaks_it_and_not_for_ever() -> None:
    calls = [WaitingCall("a", 0.0, "order", requested_dialect="yue")]
    assert decided(calls, desk(WANG, busy=(HE,)), at=30.0) == {}
    assert decided(calls, desk(WANG, busy=(HE,)), at=60.0) == {"a": "8012"}


def test_nobody_is_held_for_a_dialect_that_nobody_at_the_desk_speaks() -> None:
    calls = [WaitingCall("a", 0.0, "order", requested_dialect="nan")]
    assert decided(calls, desk(WANG, busy=(HE,))) == {"a": "8012"}


def test_a_caller_is_held_where_one_of_many_will_soon_be_free_and_not_where_one_will_hardly_be() -> None:
    calls = [WaitingCall("a", 0.0, "order", SICHUAN)]
    many = tuple(replace(ZHOU, id=f"b{number}") for number in range(12))
    assert decided(calls, desk(WANG, busy=many)) == {}
    assert decided(calls, desk(WANG, busy=many), at=20.0) == {"a": "8012"}
    assert decided(calls, desk(WANG, busy=many[:1])) == {"a": "8012"}


def test_a_customer_waits_a_little_for_the_agent_of_the_last_time() -> None:
    calls = [WaitingCall("a", 0.0, "order", last_agent="8003")]
    assert decided(calls, desk(WANG, HE)) == {"a": "8003"}
    assert decided(calls, desk(WANG, busy=(HE,)), at=9.0) == {}
    assert decided(calls, desk(WANG, busy=(HE,)), at=11.0) == {"a": "8012"}


def test_nobody_waits_for_an_agent_who_has_gone_home() -> None:
    calls = [WaitingCall("a", 0.0, "order", last_agent="8003")]
    assert decided(calls, desk(WANG)) == {"a": "8012"}


def test_the_best_person_is_for_the_most_valuable_customer() -> None:
    young, old = replace(WANG, id="young", seniority=1), replace(WANG, id="old", seniority=5)
    calls = [WaitingCall("ordinary", 0.0, "order"), WaitingCall("vip", 0.0, "order", value=1.0)]
    assert decided(calls, desk(young, old)) == {"vip": "old", "ordinary": "young"}


def test_among_equals_the_one_with_fewer_calls_today_is_next() -> None:
    rested, tired = (replace(state, working_s=1000.0) for state in desk(WANG, replace(WANG, id="8013")))
    assert decided([WaitingCall("a", 0.0, "order")], [replace(rested, busy_s=900.0), tired]) == {"a": "8013"}


def test_the_next_agent_is_tried_before_the_same_one_again() -> None:
    calls = [WaitingCall("a", 0.0, "order", SICHUAN, passed_over=frozenset({"8001"}))]
    assert decided(calls, desk(LUO, WANG), at=20.0) == {"a": "8012"}
    assert decided(calls, desk(LUO, busy=(WANG,)), at=20.0) == {"a": "8001"}


def test_agents_of_the_overflow_team_help_whatever_their_skills() -> None:
    call = WaitingCall("a", 0.0, "repair")
    assert decided([call], desk(WANG, LUO), at=200.0) == {}
    assert decided([replace(call, overflow_teams=frozenset({"综合组"}))], desk(WANG, LUO), at=200.0) == {"a": "8012"}


def test_a_decision_carries_its_reasons_and_the_best_of_the_others() -> None:
    calls = [WaitingCall("a", 0.0, "order", SICHUAN, value=1.0, emotion=0.9, last_agent="8001")]
    (made,) = assign(calls, desk(LUO, HE, WANG), 20.0, AT_ONCE)
    assert made.reasons == (
        "上次就是这位客服接待",
        "来电者多半说西南官话（80%），客服会说（熟练度5级）",
        "order技能3级",
        "客户价值100%，客服资历4级",
        "客户情绪激动，优先接听",
        "等了20秒，放宽到任意客服",
    )
    assert made.chosen.price == pytest.approx(sum(made.chosen.parts.values()), abs=0.02)
    assert [other.agent_id for other in made.alternatives] == ["8003", "8012"]
    assert made.alternatives[0].price <= made.alternatives[1].price
    assert made.waited_s == 20.0


def test_an_alternative_for_whom_it_was_too_early_is_kept_with_the_decision_and_one_without_the_skill_is_not() -> None:
    unskilled = replace(HE, id="8099", skills={"sales": 5})
    call = WaitingCall("a", 0.0, "order", {"cmn-sichuan": 1.0})
    (made,) = assign([call], desk(LUO, HE, unskilled), 1.0, AssignmentPolicy())
    assert (made.agent_id, [other.agent_id for other in made.alternatives]) == ("8001", ["8003"])
    assert made.alternatives[0].price > made.chosen.price


@pytest.mark.parametrize(
    ("call", "agent", "reason"),
    [
        (WaitingCall("a", 0.0, dialects={"cmn": 1.0}), WANG, "来电者多半说普通话（100%），客服会说（熟练度5级）"),
        (WaitingCall("a", 0.0, requested_dialect="yue"), HE, "来电者要求粤语，客服会说（熟练度5级）"),
        (WaitingCall("a", 0.0, requested_dialect="yue"), WANG, "来电者要求粤语，等了20秒仍没有会说的客服空闲"),
        (
            WaitingCall("a", 0.0, dialects={"cmn-sichuan": 1.0}),
            WANG,
            "来电者多半说西南官话（100%），客服说同一大类的普通话",
        ),
        (WaitingCall("a", 0.0, dialects={"nan": 1.0}), WANG, "来电者多半说闽南语（100%），可派的客服里没有更合适的"),
    ],
)
def test_what_is_said_of_the_dialect(call: WaitingCall, agent: Agent, reason: str) -> None:
    (made,) = assign([call], desk(agent), 20.0, POLICY)
    assert reason in made.reasons


def test_nothing_is_decided_where_nobody_waits_or_nobody_is_free() -> None:
    assert list(assign([], desk(WANG), 0.0, POLICY)) == []
    assert list(assign([WaitingCall("a", 0.0)], desk(busy=(WANG,)), 0.0, POLICY)) == []
    assert list(assign([WaitingCall("a", 0.0)], [], 0.0, POLICY)) == []


@settings(max_examples=50)
@given(waiting(), states, st.floats(0, 2000))
def test_only_free_agents_who_can_take_it_get_a_call_and_each_at_most_one(
    calls: list[WaitingCall], at_desk: list[AgentState], at: float
) -> None:
    made = assign(calls, at_desk, at, POLICY)
    by_call, by_agent = {call.call_id: call for call in calls}, {state.agent_id: state for state in at_desk}
    assert len({each.agent_id for each in made}) == len({each.call_id for each in made}) == len(made)
    for each in made:
        for candidate in (each.chosen, *each.alternatives):
            assert by_agent[candidate.agent_id].free
            assert by_call[each.call_id].may_go_to(by_agent[candidate.agent_id].agent)
            assert 0 <= candidate.price <= POLICY.prices.worst + 0.1
        assert each.agent_id not in {other.agent_id for other in each.alternatives}
        assert each.reasons and all(each.reasons)


@settings(max_examples=50)
@given(waiting(), states, st.floats(0, 1000))
def test_nobody_is_passed_over_for_one_who_came_much_later(
    calls: list[WaitingCall], at_desk: list[AgentState], later: float
) -> None:
    at = 1000.0 + later
    made = pairs(assign(calls, at_desk, at, AT_ONCE))
    by_agent = {state.agent_id: state.agent for state in at_desk}
    by_call = {call.call_id: call for call in calls}
    for waits in (call for call in calls if call.call_id not in made):
        for call_id, agent_id in made.items():
            if waits.may_go_to(by_agent[agent_id]):
                assert by_call[call_id].entered_at <= waits.entered_at + AT_ONCE.overtaking_s


@settings(max_examples=50)
@given(waiting(), states, st.floats(0, 1000))
def test_after_the_last_step_no_call_waits_beside_a_free_agent_who_may_take_it(
    calls: list[WaitingCall], at_desk: list[AgentState], later: float
) -> None:
    made = pairs(assign(calls, at_desk, 1100.0 + later, POLICY))
    idle = [state for state in at_desk if state.free and state.agent_id not in made.values()]
    for call in calls:
        if call.call_id not in made:
            assert not any(call.may_go_to(state.agent) for state in idle)


@settings(max_examples=40)
@given(waiting(most=4), states, st.floats(0, 1100))
def test_what_is_decided_is_the_best_of_all_ways_to_decide(
    calls: list[WaitingCall], at_desk: list[AgentState], at: float
) -> None:
    """Against trying every way: first the most callers, then the most seconds."""
    working = [state for state in at_desk if state.working][:5]
    if not calls or not any(state.free for state in working):
        return
    compared = pair_up(calls, working, at, POLICY.prices, POLICY.relaxation)
    price = compared.total()

    def judged(way: list[tuple[int, int]]) -> tuple[int, float]:
        allowed = [(row, column) for row, column in way if compared.now[row, column] and working[column].free]
        saved = sum(POLICY.head_start.priority_s(calls[row], at) - price[row, column] for row, column in allowed)
        return len(allowed), round(saved, 3)

    columns = [*range(len(working)), *[-1] * len(calls)]
    best = max(
        judged([(row, column) for row, column in enumerate(way) if column >= 0])
        for way in set(permutations(columns, len(calls)))
    )
    rows = {call.call_id: row for row, call in enumerate(calls)}
    places = {state.agent_id: column for column, state in enumerate(working)}
    made = [(rows[each.call_id], places[each.agent_id]) for each in assign(calls, working, at, POLICY)]
    assert judged(made) == (best[0], pytest.approx(best[1], abs=0.01))


def test_hundreds_of_calls_are_served_oldest_and_dearest_first() -> None:
    """Beyond assignment.MANY the worth is counted in grains; what is decided must not suffer."""
    calls = [WaitingCall(f"c{number}", float(number), "order") for number in range(300)]
    crowd = [replace(WANG, id=f"w{number}") for number in range(120)]
    served = {int(each.call_id[1:]) for each in assign(calls, desk(*crowd), 400.0, AT_ONCE)}
    assert len(served) == 120
    assert max(served) < 120 + 5


def test_a_negative_price_is_refused() -> None:
    with pytest.raises(ValueError, match="prices"):
        Prices(dialect=-1.0)
