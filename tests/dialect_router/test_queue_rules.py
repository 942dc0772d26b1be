"""Invariant: a caller in the queue is never left without word, never told worse than before, offered a callback once,
and never left waiting beyond the longest wait or for people who have gone home."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialect_router.estimates import Outlook
from dialect_router.queue import WaitingCall
from dialect_router.queue_rules import Action, Announce, GiveUp, OfferCallback, Overflow, QueueRules, Waiting

RULES = QueueRules(overflow_team="综合组")
CALL = WaitingCall("a", 0.0, "order")
SOON = Outlook(2, 50.0)


def course(
    rules: QueueRules = RULES, call: WaitingCall = CALL, outlook: Outlook = SOON, until: int = 400
) -> list[tuple[int, Action]]:
    """All that happens to a caller, asked every second until given up."""
    waiting = Waiting(rules)
    happened: list[tuple[int, Action]] = []
    for at in range(until):
        for action in waiting.on_time(call, outlook, float(at), open_now=True):
            happened.append((at, action))
            if isinstance(action, GiveUp):
                return happened
    return happened


def test_the_course_of_a_long_wait() -> None:
    said = Announce(2, 1)
    assert course() == [
        (8, said),
        (53, said),
        (90, OfferCallback("已等90秒，问是否改为回电")),
        (120, Overflow("综合组", "已等120秒，请综合组支援")),
        (135, said),
        (180, said),
        (225, said),
        (270, said),
        (300, GiveUp("callback", "longest_wait", "已等300秒，达到最长等待时间")),
    ]


def test_a_callback_is_offered_early_where_the_wait_will_be_long() -> None:
    assert course(outlook=Outlook(9, 400.0), until=9) == [(8, OfferCallback("预计还要等7分钟，问是否改为回电"))]


def test_bad_news_is_not_told() -> None:
    waiting = Waiting(replace(RULES, overflow_team=None))
    assert list(waiting.on_time(CALL, Outlook(3, 80.0), 8.0, open_now=True)) == [Announce(3, 2)]
    assert list(waiting.on_time(CALL, Outlook(4, 30.0), 53.0, open_now=True)) == [Announce(None, 1)]
    list(waiting.on_time(CALL, Outlook(1, 30.0), 95.0, open_now=True))
    assert list(waiting.on_time(CALL, Outlook(2, 70.0), 140.0, open_now=True)) == [Announce(2, None)]


def test_who_finds_no_place_in_the_queue_hears_why() -> None:
    assert RULES.closed() == GiveUp("callback", "closed", "现在不是人工服务时间")
    assert RULES.full() == GiveUp("callback", "full", "等待的人太多，不能再排队")


def test_who_waits_at_closing_is_still_served() -> None:
    waited = Waiting(RULES)
    assert list(waited.on_time(CALL, SOON, 8.0, open_now=False)) == [Announce(2, 1)]


def test_when_the_last_agent_goes_after_hours_nobody_goes_on_waiting() -> None:
    waited = Waiting(replace(RULES, after_hours="voicemail"))
    waited.on_time(CALL, SOON, 0.0, open_now=True)
    (given_up,) = waited.on_time(CALL, Outlook(1, None), 3.0, open_now=False)
    assert isinstance(given_up, GiveUp) and (given_up.to, given_up.rule) == ("voicemail", "nobody")


def test_a_moment_without_agents_in_the_hours_is_bridged_and_a_long_one_is_not() -> None:
    waited = Waiting(RULES)
    assert not waited.on_time(CALL, Outlook(1, None), 0.0, open_now=True)
    waited.on_time(CALL, SOON, 10.0, open_now=True)
    assert not waited.on_time(CALL, Outlook(1, None), 15.0, open_now=True)
    assert not waited.on_time(CALL, Outlook(1, None), 34.0, open_now=True)
    (given_up,) = waited.on_time(CALL, Outlook(1, None), 35.0, open_now=True)
    assert isinstance(given_up, GiveUp) and given_up.rule == "nobody"


def test_a_call_can_have_a_longest_wait_of_its_own() -> None:
    assert course(call=replace(CALL, max_wait_s=30.0))[-1][0] == 30


def test_who_hung_up_for_a_callback_is_left_alone() -> None:
    assert course(call=replace(CALL, kind="callback")) == []


outlooks = st.builds(Outlook, st.integers(1, 50), st.one_of(st.none(), st.floats(0, 2000)))


@given(st.lists(st.tuples(outlooks, st.booleans()), min_size=1, max_size=60), st.floats(0.5, 20))
def test_whatever_comes_no_caller_is_left_without_word_or_waits_for_ever(
    history: list[tuple[Outlook, bool]], pause_s: float
) -> None:
    waiting = Waiting(RULES)
    told = Announce(None, None)
    heard_at, offers, overflows = 0.0, 0, 0
    for number, (outlook, open_now) in enumerate(history):
        at = number * pause_s
        actions = waiting.on_time(CALL, outlook, at, open_now=open_now)
        for action in actions:
            match action:
                case GiveUp():
                    assert len(actions) == 1
                    return
                case Announce(position, minutes):
                    heard_at = at
                    assert position is None or told.position is None or position <= told.position
                    assert minutes is None or told.minutes is None or minutes <= told.minutes
                    told = Announce(position or told.position, minutes or told.minutes)
                case OfferCallback():
                    heard_at, offers = at, offers + 1
                case Overflow():
                    overflows += 1
        assert at < RULES.longest_wait_s
        assert at - heard_at <= RULES.announce_every_s + pause_s
        assert max(offers, overflows) <= 1


@pytest.mark.parametrize(
    "wrong", [{"announce_every_s": 0.0}, {"nobody_s": -1.0}, {"overflow_after_s": 301.0}, {"longest_wait_s": 10.0}]
)
def test_rules_that_cannot_work_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="queue"):
        replace(RULES, **wrong)  # type: ignore[arg-type]
