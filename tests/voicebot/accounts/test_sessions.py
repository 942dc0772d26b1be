"""A session ends when nobody uses it, and after a shift in any case; its tokens give nothing away."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from voicebot.accounts.sessions import Session, SessionLimits, csrf_token, new_token, token_hash

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
LIMITS = SessionLimits(idle=timedelta(minutes=30), absolute=timedelta(hours=10))


def session(*, seen_minutes_later: float = 0) -> Session:
    return Session("hash", "1", NOON, NOON + timedelta(minutes=seen_minutes_later), "127.0.0.1")


@pytest.mark.parametrize(
    ("seen", "now", "over"),
    [(0, 29, False), (0, 31, True), (560, 585, False), (595, 600, False), (599, 601, True)],
)
def test_idleness_and_age_end_it(seen: float, now: float, over: bool) -> None:
    assert session(seen_minutes_later=seen).is_over(LIMITS, NOON + timedelta(minutes=now)) == over


@pytest.mark.parametrize(("hours", "over"), [(10.1, False), (11.9, False), (12.1, True)])
def test_who_is_in_a_call_goes_on_for_two_hours_more(hours: float, over: bool) -> None:
    at = NOON + timedelta(hours=hours)
    seen = replace(session(), seen_at=at)
    assert seen.is_over(LIMITS, at) and seen.is_over(LIMITS, at, in_call=True) == over


def test_nobody_in_a_call_outlives_idleness() -> None:
    assert session().is_over(LIMITS, NOON + timedelta(minutes=31), in_call=True)


def test_use_is_written_down_once_a_minute_and_not_with_every_request() -> None:
    assert not session().wants_touch(NOON + timedelta(seconds=59))
    assert session().wants_touch(NOON + timedelta(seconds=60))


def test_tokens_are_new_each_time_and_known_to_the_store_only_as_hash() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100 and all(len(token) >= 43 for token in tokens)
    token = tokens.pop()
    assert token not in token_hash(token) and token_hash(token) != csrf_token(token) != token
