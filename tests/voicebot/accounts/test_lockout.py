"""Guessing passwords gets slower with every guess, for an account as for an address, and never locks for good."""

from datetime import UTC, datetime, timedelta

import pytest

from voicebot.accounts.lockout import ACCOUNT, ADDRESS, Failures, account_key, address_key, failed_again

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)


def waits(failures: int) -> float:
    return (ACCOUNT.open_again_at(Failures("k", failures, NOON)) - NOON).total_seconds()


def test_a_few_mistakes_cost_nothing_then_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    assert [waits(failures) for failures in (1, 4, 5, 6, 7, 13, 14, 1000)] == [0, 0, 2, 4, 8, 512, 900, 900]


def test_a_day_of_guessing_at_one_account_is_about_a_hundred_guesses() -> None:
    past, at, guesses = None, NOON, 0
    while at < NOON + timedelta(days=1):
        past, guesses = failed_again(past, "k", at), guesses + 1
        at = ACCOUNT.open_again_at(past) if ACCOUNT.open_again_at(past) > at else at + timedelta(seconds=1)
    assert 90 <= guesses <= 120


def test_an_office_behind_one_address_has_more_attempts_than_one_account() -> None:
    assert ADDRESS.open_again_at(Failures("k", 20, NOON)) == NOON < ADDRESS.open_again_at(Failures("k", 21, NOON))


def test_failures_are_forgotten_after_a_day_without_one() -> None:
    past = Failures("k", 9, NOON)
    assert failed_again(past, "k", NOON + timedelta(hours=23)).failures == 10
    assert failed_again(past, "k", NOON + timedelta(hours=25)).failures == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("nonsense", "", True),
    ],
)
def test_addresses_that_one_customer_can_change_at_will_count_as_one(one: str, other: str, same: bool) -> None:
    assert (address_key(one) == address_key(other)) == same


def test_a_password_typed_as_name_does_not_reach_the_store() -> None:
    assert "hunter2" not in account_key("hunter2")
