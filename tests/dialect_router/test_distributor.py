"""Invariant: whatever agents and callers do, no call is lost between the queue and the agents' phones, none rings at
two, and one that comes back has its old place."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from dialect_router.agents import Agent
from dialect_router.assignment import AssignmentPolicy
from dialect_router.distributor import CallDistributor, Tick
from dialect_router.pairs import Prices
from dialect_router.presence import Cause, Presence, PresenceConfig
from dialect_router.queue import WaitingCall
from dialect_router.queue_rules import Action, Announce, GiveUp, OfferCallback, Overflow, QueueRules
from dialect_router.routing import Staffing
from tests.dialect_router.waiting_calls import HE, LUO, WANG

CALL = WaitingCall("a", 0.0, "order")


def floor(*ready: Agent, rules: QueueRules | None = None, shadow: AssignmentPolicy | None = None) -> CallDistributor:
    made = CallDistributor((LUO, HE, WANG), 0.0, rules=rules, shadow=shadow)
    for agent in ready:
        made.board.on_ready(agent.id, 0.0)
    return made


def enter(into: CallDistributor, *calls: WaitingCall) -> None:
    for call in calls:
        assert into.enter(call, open_now=True) is None


def offered(tick: Tick) -> dict[str, str]:
    return {offer.call.call_id: offer.agent_id for offer in tick.offers}


def talk(on: CallDistributor, agent: Agent, call_id: str, at: float) -> None:
    on.tick(at, open_now=True)
    assert on.on_answered(agent.id, call_id, at) is not None


def course(of: CallDistributor, until: int) -> Sequence[tuple[int, str, Action]]:
    """What callers are told, ticking once a second."""
    return [(at, call.call_id, action) for at in range(until) for call, action in of.tick(float(at), open_now=True).due]


def test_changed_rules_hold_for_those_who_come_from_then_on() -> None:
    one = floor(rules=QueueRules(longest_wait_s=200, overflow_after_s=150, offer_callback_after_s=90))
    enter(one, CALL)
    rules = QueueRules(longest_wait_s=20, overflow_after_s=15, offer_callback_after_s=9)
    one.follow(rules, AssignmentPolicy(), PresenceConfig())
    enter(one, replace(CALL, call_id="b"))
    offers = [(at, call) for at, call, action in course(one, 60) if isinstance(action, OfferCallback)]
    assert offers == [(9, "b")]


def test_a_call_rings_is_answered_and_leaves_the_queue() -> None:
    one = floor(WANG)
    enter(one, CALL)
    tick = one.tick(1.0, open_now=True)
    assert offered(tick) == {"a": "8012"} and tick.offers[0].decision.reasons
    assert [change.cause for change in tick.presence] == [Cause.OFFERED]
    assert "a" in one
    assert one.on_answered("8012", "a", 3.0) is not None
    assert "a" not in one
    assert not one.tick(4.0, open_now=True).offers
    ended = one.on_ended("8012", "a", 100.0)
    assert ended is not None and ended.after.presence is Presence.WRAP_UP


def test_a_call_that_is_answered_and_over_between_two_ticks_does_not_ring_again() -> None:
    one = floor(WANG)
    enter(one, CALL)
    talk(one, WANG, "a", 1.0)
    one.on_ended("8012", "a", 1.5)
    assert not one.tick(60.0, open_now=True).offers


def test_a_call_that_nobody_picks_up_goes_to_the_next_agent() -> None:
    one = floor(WANG, HE)
    enter(one, replace(CALL, last_agent="8012"))
    assert offered(one.tick(0.0, open_now=True)) == {"a": "8012"}
    assert offered(one.tick(14.9, open_now=True)) == {}
    tick = one.tick(15.0, open_now=True)
    assert tick.presence[0].cause is Cause.MISSED
    assert offered(tick) == {"a": "8003"}
    assert one.on_answered("8012", "a", 15.1) is None  # picked up too late


def test_a_refused_call_keeps_its_place_before_later_ones() -> None:
    one = floor(WANG)
    enter(one, CALL, WaitingCall("b", 5.0, "order"))
    assert offered(one.tick(6.0, open_now=True)) == {"a": "8012"}
    one.on_not_taken("8012", "a", 7.0)
    one.board.on_ready("8003", 7.0)
    assert offered(one.tick(20.0, open_now=True)) == {"a": "8003", "b": "8012"}


def test_an_agent_who_signs_off_while_it_rings_gives_the_call_back() -> None:
    one = floor(WANG)
    enter(one, CALL)
    one.tick(1.0, open_now=True)
    one.board.on_offline("8012", 2.0)
    assert offered(one.tick(3.0, open_now=True)) == {}
    one.board.on_ready("8003", 4.0)
    assert offered(one.tick(20.0, open_now=True)) == {"a": "8003"}


def test_an_agent_who_is_taken_from_the_list_while_it_rings_gives_the_call_back() -> None:
    one = floor(WANG)
    enter(one, CALL)
    one.tick(1.0, open_now=True)
    one.board.on_agents_changed((LUO, HE), 2.0)
    assert one.on_not_taken("8012", "a", 2.5) is None
    assert one.on_answered("8012", "a", 2.5) is None
    one.board.on_ready("8003", 4.0)
    assert offered(one.tick(20.0, open_now=True)) == {"a": "8003"}


def test_who_hangs_up_while_it_rings_frees_the_agent() -> None:
    one = floor(WANG)
    enter(one, CALL)
    one.tick(1.0, open_now=True)
    change = one.leave("a", 2.0)
    assert change is not None and (change.after.agent_id, change.cause) == ("8012", Cause.WITHDRAWN)
    assert one.on_answered("8012", "a", 2.1) is None
    enter(one, WaitingCall("b", 3.0, "order"))
    assert offered(one.tick(3.0, open_now=True)) == {"b": "8012"}
    assert one.leave("gone", 4.0) is None


def test_a_callback_keeps_the_place_and_hears_nothing_more() -> None:
    one = floor(WANG)
    enter(one, WaitingCall("busy", 0.0, "order"))
    talk(one, WANG, "busy", 0.0)
    enter(one, CALL, WaitingCall("b", 1.0, "order"))
    assert ("a", OfferCallback) in [(call, type(action)) for _, call, action in course(one, 100)]
    one.leave("a", 100.0)
    enter(one, replace(CALL, kind="callback"))
    one.on_ended("8012", "busy", 100.0)
    (offer,) = one.tick(200.0, open_now=True).offers
    assert (offer.call.call_id, offer.call.kind) == ("a", "callback")
    assert "回电，保留原来的位次" in offer.decision.reasons


def test_a_call_that_an_agent_makes_is_for_no_other_agent() -> None:
    one = floor(WANG, LUO)
    dialled = WaitingCall("a", 0.0, kind="dial")
    assert one.direct(dialled, "8012", 0.0) is not None
    one.on_not_taken("8012", "a", 1.0)
    assert not one.tick(2.0, open_now=True).offers
    one.leave("a", 3.0)
    assert "a" not in one


def test_the_course_of_a_wait_without_a_free_agent() -> None:
    one = floor(WANG, rules=QueueRules(overflow_team="销售组"))
    enter(one, WaitingCall("busy", 0.0, "return"))
    talk(one, WANG, "busy", 0.0)
    enter(one, replace(CALL, skill="return"))
    happened = [(at, type(action)) for at, _, action in course(one, 400)]
    assert happened[:4] == [(8, OfferCallback), (53, Announce), (98, Announce), (120, Overflow)]
    assert happened[-1] == (300, GiveUp)
    assert "a" not in one


def test_the_overflow_team_takes_the_call_at_the_next_tick() -> None:
    one = floor(HE, rules=QueueRules(overflow_team="销售组"))
    able = replace(WANG, id="8099", skills={"repair": 3})
    one.board.on_agents_changed((LUO, HE, WANG, able), 0.0)
    one.board.on_ready("8099", 0.0)
    enter(one, WaitingCall("busy", 0.0, "repair"))
    talk(one, able, "busy", 0.0)
    enter(one, replace(CALL, skill="repair"))
    course(one, 120)
    assert [type(action) for _, action in one.tick(120.0, open_now=True).due] == [Overflow]
    assert offered(one.tick(121.0, open_now=True)) == {"a": "8003"}


def test_nobody_begins_to_wait_after_hours_or_in_a_queue_that_is_full() -> None:
    one = floor(WANG)
    refused = one.enter(CALL, open_now=False)
    assert refused is not None and refused.rule == "closed" and "a" not in one
    for number in range(2_000):
        enter(one, WaitingCall(f"c{number}", 0.0))
    refused = one.enter(CALL, open_now=True)
    assert refused is not None and refused.rule == "full" and "a" not in one


def test_what_is_learned_of_a_waiting_caller_changes_who_gets_him() -> None:
    one = floor(LUO)
    enter(one, CALL)
    one.tick(1.0, open_now=True)
    one.on_not_taken("8001", "a", 2.0)
    for agent in (WANG, HE):
        one.board.on_ready(agent.id, 2.0)
    one.update(replace(CALL, entered_at=2.0, requested_dialect="yue"))
    one.update(WaitingCall("gone", 0.0))
    (offer,) = one.tick(3.0, open_now=True).offers
    assert (offer.agent_id, offer.call.waited_s(3.0), offer.call.passed_over) == ("8003", 3.0, {"8001"})


def test_staffing_says_what_a_call_would_find() -> None:
    one = floor(LUO, WANG)
    assert one.staffing(CALL, 0.0, open_now=True) == Staffing(open=True, signed_in=2, free=2, wait_s=0.0)
    enter(one, WaitingCall("x", 0.0, "order"), WaitingCall("y", 0.0, "order"), WaitingCall("z", 0.0, "order"))
    talk(one, LUO, next(call for call, agent in offered(one.tick(0.0, open_now=True)).items() if agent == "8001"), 0.0)
    ahead_of_it = one.staffing(WaitingCall("vip", 1.0, "order", value=1.0), 1.0, open_now=True)
    behind = one.staffing(WaitingCall("late", 1.0, "order", value=0.0), 1.0, open_now=True)
    assert (ahead_of_it.free, ahead_of_it.wait_s, behind.wait_s) == (0, 120.0, 240.0)
    assert one.staffing(WaitingCall("r", 0.0, "repair"), 0.0, open_now=False) == Staffing(False, 0, 0, None)


def test_how_long_conversations_take_is_learned() -> None:
    one = CallDistributor([WANG], 0.0, presence=PresenceConfig(wrap_up_s=0))
    one.board.on_ready("8012", 0.0)
    for number in range(200):
        enter(one, WaitingCall(f"c{number}", 1000.0 * number, "order"))
        talk(one, WANG, f"c{number}", 1000.0 * number)
        one.on_ended("8012", f"c{number}", 1000.0 * number + 600)
        assert one.on_ended("8012", f"c{number}", 1000.0 * number + 601) is None
    enter(one, WaitingCall("busy", 200_000.0, "order"))
    talk(one, WANG, "busy", 200_000.0)
    wait_s = one.staffing(CALL, 200_001.0, open_now=True).wait_s
    assert wait_s is not None and 580 < wait_s < 600


def test_a_policy_in_the_shadow_is_compared_and_does_nothing() -> None:
    deaf = replace(AssignmentPolicy(), prices=Prices(dialect=0.0))
    one = floor(LUO, HE, shadow=deaf)
    assert one.tick(1.0, open_now=True).shadow is None
    enter(one, replace(CALL, dialects={"cmn-sichuan": 1.0}))
    tick = one.tick(20.0, open_now=True)
    assert offered(tick) == {"a": "8001"}
    assert tick.shadow is not None and tick.shadow.agreed + len(tick.shadow.differences) == 1
    assert one.board.state("8003").presence is Presence.READY


def test_rules_may_change_while_calls_wait() -> None:
    one = floor(WANG)
    enter(one, WaitingCall("busy", 0.0, "order"))
    talk(one, WANG, "busy", 0.0)
    one.follow(
        QueueRules(),
        AssignmentPolicy(skill_titles={"order": "订单"}),
        PresenceConfig(wrap_up_s=0),
        shadow=AssignmentPolicy(),
    )
    one.on_ended("8012", "busy", 10.0)
    assert one.board.state("8012").presence is Presence.READY
    enter(one, CALL)
    tick = one.tick(11.0, open_now=True)
    assert tick.shadow is not None
    assert any("订单技能" in reason for reason in tick.offers[0].decision.reasons)


AGENTS = (LUO, HE, WANG)
EVENTS = (
    *("enter", "tick", "tick", "answer", "decline", "end", "leave", "call_back"),
    *("ready", "break", "offline", "dismiss", "list"),
)
events = st.tuples(
    st.sampled_from(EVENTS),
    st.integers(0, 5),
    st.sampled_from(AGENTS),
    st.floats(0, 20),
)


@given(st.lists(events, max_size=80))
def test_whatever_happens_every_call_is_somewhere(history: list[tuple[str, int, Agent, float]]) -> None:
    one = floor(*AGENTS)
    at = 0.0
    entered: set[str] = set()
    talking: set[tuple[str, str]] = set()
    for what, number, agent, pause_s in history:
        at += pause_s
        call_id = f"c{number}"
        match what:
            case "enter" if call_id not in entered:
                enter(one, WaitingCall(call_id, at, "order"))
                entered.add(call_id)
            case "answer":
                if one.on_answered(agent.id, call_id, at) is not None:
                    assert call_id in entered and not any(call == call_id for _, call in talking)
                    entered.discard(call_id)
                    talking.add((agent.id, call_id))
            case "decline":
                one.on_not_taken(agent.id, call_id, at)
            case "end":
                assert (one.on_ended(agent.id, call_id, at) is not None) == ((agent.id, call_id) in talking)
                talking.discard((agent.id, call_id))
            case "leave":
                one.leave(call_id, at)
                entered.discard(call_id)
            case "call_back" if call_id not in entered:
                enter(one, WaitingCall(call_id, at, "order", kind="callback"))
                entered.add(call_id)
            case "dismiss":
                one.board.on_agents_changed([other for other in AGENTS if other is not agent], at)
            case "list":
                one.board.on_agents_changed(AGENTS, at)
            case "ready" | "break" | "offline" if agent.id in one.board.states:
                getattr(one.board, f"on_{what}")(agent.id, at)
            case "tick":
                tick = one.tick(at, open_now=True)
                entered -= {call.call_id for call, action in tick.due if isinstance(action, GiveUp)}
                assert {offer.call.call_id for offer in tick.offers} <= entered
        assert all(call_id in one for call_id in entered)
        ringing = [state.ringing for state in one.board.states.values() if state.ringing]
        assert len(ringing) == len(set(ringing)) and set(ringing) <= entered
    one.board.on_agents_changed(AGENTS, at)
    for agent_id, call_id in talking:
        one.on_ended(agent_id, call_id, at)
    for _ in range(6):  # and who still waits is served when the agents come back
        at += 60
        for agent in AGENTS:
            one.board.on_ready(agent.id, at)
        tick = one.tick(at, open_now=True)
        entered -= {call.call_id for call, action in tick.due if isinstance(action, GiveUp)}
        for offer in tick.offers:
            assert one.on_answered(offer.agent_id, offer.call.call_id, at)
            entered.remove(offer.call.call_id)
            one.on_ended(offer.agent_id, offer.call.call_id, at + 1)
    assert not entered
