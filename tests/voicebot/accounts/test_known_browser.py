"""What a browser keeps makes it known for one account and password, and cannot be made up."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from voicebot.accounts.account import Account
from voicebot.accounts.known_browser import known_key, mark_for

LIN = Account(
    name="lin", role="admin", created_at=datetime(2026, 11, 5, tzinfo=UTC), id="1", password_hash="$argon2id$x"
)
MARK = mark_for(LIN)


def test_each_browser_is_counted_by_itself() -> None:
    assert known_key(LIN, MARK) == known_key(LIN, MARK)
    assert known_key(LIN, MARK) != known_key(LIN, mark_for(LIN))


def test_it_is_known_for_its_account_and_password_alone() -> None:
    assert known_key(LIN, MARK) is not None
    for other in (
        replace(LIN, id="2"),
        replace(LIN, password_hash="$argon2id$y"),
        replace(LIN, password_hash=None),
        None,
    ):
        assert known_key(other, MARK) is None


def test_an_account_without_a_password_marks_no_browser() -> None:
    assert mark_for(replace(LIN, password_hash=None)) == ""


@given(st.text() | st.text("0123456789abcdef.", max_size=100))
def test_nobody_makes_one_up(made_up: str) -> None:
    assert known_key(LIN, made_up) is None
    assert known_key(LIN, MARK[:32] + "." + made_up) is None
