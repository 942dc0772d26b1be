"""A delivery that fails is tried ever later, for about a day, and then given up."""

from datetime import UTC, datetime, timedelta

from voicebot.webhooks.schedule import ATTEMPTS, next_attempt

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)


def test_waits_grow_threefold_up_to_six_hours() -> None:
    waits = [(next_attempt(attempts, NOON) or NOON) - NOON for attempts in range(1, ATTEMPTS)]
    assert [wait.total_seconds() for wait in waits[:5]] == [10, 30, 90, 270, 810]
    assert waits[-1] == timedelta(hours=6)
    assert timedelta(hours=20) < sum(waits, timedelta()) < timedelta(hours=30)


def test_then_it_is_given_up() -> None:
    assert next_attempt(ATTEMPTS, NOON) is None
