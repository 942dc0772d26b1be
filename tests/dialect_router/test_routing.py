"""Invariant: nobody is left alone with an assistant that fails; who asks for a human gets one or the next best."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialect_router.routing import (
    MOST_FAILURES,
    HandoverDecision,
    OffersSoFar,
    RoutingPolicy,
    Staffing,
    Turn,
    decide,
)

CALM = Turn(title="退货退款")
FREE = Staffing(open=True, signed_in=5, free=2)
BUSY = Staffing(open=True, signed_in=5, free=0, wait_s=40)
AWAY = Staffing(open=True, signed_in=0, free=0)
CLOSED = Staffing(open=False, signed_in=3, free=3)
POLICY = RoutingPolicy()

shares = st.floats(0, 1)
turns = st.builds(
    Turn,
    title=st.just("查订单"),
    handling=st.sampled_from(["bot", "either", "human"]),
    confidence=shares,
    emotion=shares,
    value=shares,
    wants_human=st.booleans(),
    failed=st.booleans(),
)
staffings = st.builds(
    Staffing,
    open=st.booleans(),
    signed_in=st.integers(0, 5),
    free=st.integers(0, 5),
    wait_s=st.none() | st.floats(0, 5000),
)
policies = st.builds(
    lambda failures, upset, more, **rest: RoutingPolicy(failures, upset=upset, angry=min(1.0, upset + more), **rest),
    failures=st.integers(1, MOST_FAILURES),
    upset=shares,
    more=shares,
    sure=shares,
    valued=shares,
    human_first=st.floats(0, 2),
    longest_wait_s=st.floats(0, 1000),
    after_hours=st.sampled_from(["callback", "voicemail"]),
)


def decided(turn: Turn, staffing: Staffing = FREE, so_far: OffersSoFar | None = None) -> HandoverDecision:
    return decide(turn, so_far or OffersSoFar(), staffing, POLICY)


@given(st.lists(st.tuples(turns, staffings), max_size=30), policies)
def test_there_are_never_more_than_two_failed_tries_without_the_offer_of_a_human(
    history: list[tuple[Turn, Staffing]], policy: RoutingPolicy
) -> None:
    so_far, failed = OffersSoFar(), 0
    for turn, staffing in history:
        decision = decide(turn, so_far, staffing, policy)
        so_far = so_far.after(turn, decision)
        failed = 0 if decision.human else failed + turn.failed
        assert failed < MOST_FAILURES


@given(turns, staffings, policies, st.integers(0, 5))
def test_a_human_always_comes_with_an_offer_and_the_assistant_never_does(
    turn: Turn, staffing: Staffing, policy: RoutingPolicy, failures: int
) -> None:
    decision = decide(turn, OffersSoFar(failures), staffing, policy)
    assert decision.human == (decision.offer != "none")
    assert decision.reason and "{" not in decision.reason
    if decision.offer == "transfer":
        assert staffing.open and staffing.signed_in > 0


@given(turns, staffings, policies)
def test_who_asks_for_a_human_is_never_kept_by_the_assistant(
    turn: Turn, staffing: Staffing, policy: RoutingPolicy
) -> None:
    decision = decide(replace(turn, wants_human=True), OffersSoFar(), staffing, policy)
    assert decision.human and not decision.ask_first


@given(st.lists(turns, max_size=30), staffings)
def test_mood_and_value_bring_up_a_human_once_each_a_call(history: list[Turn], staffing: Staffing) -> None:
    so_far, rules = OffersSoFar(), []
    for turn in history:
        decision = decide(turn, so_far, staffing, POLICY)
        so_far = so_far.after(turn, decision)
        rules.append(decision.rule)
    for rule in ("angry", "upset", "valued", "valued_failure"):
        assert rules.count(rule) <= 1


@pytest.mark.parametrize(
    ("turn", "rule"),
    [
        (CALM, "bot"),
        (replace(CALM, wants_human=True, handling="bot"), "wish"),
        (replace(CALM, handling="human"), "human_only"),
        (replace(CALM, handling="human", confidence=0.4), "bot"),
        (replace(CALM, emotion=0.9), "angry"),
        (replace(CALM, emotion=0.9, handling="bot"), "bot"),
        (replace(CALM, emotion=0.5), "bot"),
        (replace(CALM, emotion=0.5, confidence=0.3), "upset"),
        (replace(CALM, emotion=0.5, failed=True), "upset"),
        (replace(CALM, failed=True), "bot"),
        (replace(CALM, failed=True, value=0.7), "valued_failure"),
        (replace(CALM, value=1.0), "valued"),
        (replace(CALM, value=1.0, handling="bot"), "bot"),
    ],
)
def test_each_rule_speaks_where_it_should(turn: Turn, rule: str) -> None:
    decision = decided(turn)
    assert (decision.rule, decision.human) == (rule, rule != "bot")


def test_a_caller_who_is_angry_is_asked_first_and_one_who_is_valued_is_put_through() -> None:
    assert decided(replace(CALM, emotion=0.9)).ask_first
    assert not decided(replace(CALM, value=1.0)).ask_first


def test_two_failures_with_a_success_between_them_are_two() -> None:
    so_far = OffersSoFar()
    for failed in (True, False):
        turn = replace(CALM, failed=failed)
        so_far = so_far.after(turn, decided(turn, so_far=so_far))
    last = decided(replace(CALM, failed=True), so_far=so_far)
    assert last.rule == "failures" and last.ask_first


def test_after_an_offer_that_was_declined_two_more_tries_are_allowed() -> None:
    turn = replace(CALM, failed=True)
    so_far = OffersSoFar(failures=1)
    so_far = so_far.after(turn, decided(turn, so_far=so_far))
    assert not decided(turn, so_far=so_far).human


@pytest.mark.parametrize(
    ("staffing", "offer", "said"),
    [
        (FREE, "transfer", "2位"),
        (BUSY, "transfer", "40秒"),
        (replace(BUSY, wait_s=None), "transfer", "未知"),
        (replace(BUSY, wait_s=900), "callback", "900秒"),
        (AWAY, "callback", "没有合适的客服在线"),
        (CLOSED, "callback", "不是人工服务时间"),
    ],
)
def test_what_is_offered_depends_on_who_is_there(staffing: Staffing, offer: str, said: str) -> None:
    decision = decided(replace(CALM, wants_human=True), staffing)
    assert decision.offer == offer and said in decision.reason


def test_a_company_may_take_messages_after_hours() -> None:
    policy = RoutingPolicy(after_hours="voicemail")
    decision = decide(replace(CALM, wants_human=True), OffersSoFar(), CLOSED, policy)
    assert decision.offer == "voicemail" and "留言" in decision.reason


@pytest.mark.parametrize(("staffing", "why"), [(AWAY, "没有合适的客服在线"), (CLOSED, "不是人工服务时间")])
def test_what_only_humans_settle_is_taken_by_the_assistant_while_none_is_there(staffing: Staffing, why: str) -> None:
    decision = decided(replace(CALM, handling="human"), staffing)
    assert (decision.human, decision.rule) == (False, "nobody")
    assert "退货退款" in decision.reason and why in decision.reason


def test_a_valued_customer_is_not_made_to_wait_where_the_assistant_can_help() -> None:
    assert decided(replace(CALM, value=1.0), BUSY).rule == "bot"


@pytest.mark.parametrize("wrong", [{"failures": 3}, {"failures": 0}, {"upset": 0.8, "angry": 0.5}])
def test_a_policy_that_cannot_work_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"failures|upset"):
        RoutingPolicy(**wrong)  # type: ignore[arg-type]
