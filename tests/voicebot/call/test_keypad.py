"""Keys become one number, at "#", at a pause, or at the longest number; never twice, never lost."""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.call.keypad import Keypad, KeypadConfig


def test_a_number_ends_at_the_hash_key() -> None:
    keypad = Keypad()
    assert [keypad.on_key(key, at=i / 2) for i, key in enumerate("2024#")] == [None, None, None, None, "2024"]


def test_a_number_without_hash_ends_after_the_pause() -> None:
    keypad = Keypad(KeypadConfig(between_keys=3.0))
    keypad.on_key("1", at=10.0)
    assert keypad.on_time(12.9) is None
    assert keypad.on_time(13.0) == "1"
    assert keypad.on_time(20.0) is None


def test_the_star_key_starts_afresh() -> None:
    keypad = Keypad()
    for key in "99*12":
        keypad.on_key(key, at=0.0)
    assert keypad.on_key("#", at=0.1) == "12"


def test_a_lone_hash_is_no_number() -> None:
    assert Keypad().on_key("#", at=0.0) is None


@given(st.text("0123456789", max_size=100))
def test_every_key_ends_up_in_exactly_one_number(keys: str) -> None:
    keypad = Keypad()
    numbers = [number for key in keys if (number := keypad.on_key(key, at=0.0))]
    rest = keypad.on_time(100.0)
    assert "".join([*numbers, rest or ""]) == keys
    assert all(len(number) <= KeypadConfig().longest for number in numbers)
