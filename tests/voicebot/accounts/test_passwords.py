"""Passwords that are guessed at once are refused; good ones are kept as argon2id; a missing hash takes as long."""

import pytest
from argon2 import PasswordHasher

from voicebot.accounts.passwords import Passwords, PasswordTooWeak, check_password

QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.mark.parametrize("password", ["short", "1" * 30, "abababababab", "x" * 257, "My-Wangfang-2026"])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(PasswordTooWeak):
        check_password(password, name="wangfang")


def test_a_long_sentence_is_welcome_also_in_chinese() -> None:
    check_password("今天天气不错我们去爬山吧", name="wangfang")
    check_password("correct horse battery staple", name="wangfang")


async def test_a_password_is_right_however_its_characters_were_composed() -> None:
    passwords = Passwords(QUICK)
    stored = await passwords.hash("Ünïcödé-密码-１２３")
    assert stored.startswith("$argon2id$")
    assert await passwords.is_right("U\u0308ni\u0308co\u0308de\u0301-密码-123", stored)
    assert not await passwords.is_right("Ünïcödé-密码-124", stored)


@pytest.mark.parametrize("stored", [None, "", "!", "$argon2id$broken"])
async def test_nothing_opens_an_account_without_a_proper_hash(stored: str | None) -> None:
    passwords = Passwords(QUICK)
    for password in ("", "nobody's", "!", "x" * 100_000):
        assert not await passwords.is_right(password, stored)


async def test_hashes_of_weaker_parameters_are_found() -> None:
    assert Passwords().is_dated(await Passwords(QUICK).hash("a good password"))
