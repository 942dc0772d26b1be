"""Passwords: what is good enough, and argon2id hashes of them."""

from __future__ import annotations

import asyncio
import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST: Final = 10
LONGEST: Final = 256
"""Characters. More would only make the server work."""
DIFFERENT: Final = 5
AT_ONCE: Final = 2
"""Hashes in work at a time: each takes 64 MiB and a processor, and anybody may ask for one by trying to sign in."""


class PasswordTooWeak(Exception):
    """The message says what a password needs."""


def check_password(password: str, *, name: str) -> None:
    """Raises PasswordTooWeak for a password that is quickly guessed. name: the account's."""
    plain = _normal(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        raise PasswordTooWeak(f"a password needs {SHORTEST} to {LONGEST} characters")
    if len(set(plain)) < DIFFERENT:
        raise PasswordTooWeak(f"a password needs at least {DIFFERENT} different characters")
    if name.strip() and name.strip().casefold() in plain.casefold():
        raise PasswordTooWeak("a password must not contain the account's name")


class Passwords:
    """Hashes and verifies on threads. One for a process: it bounds how many are in work at a time."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """hasher: default argon2id as RFC 9106 advises for little memory: 64 MiB, 3 passes, 4 lanes."""
        self._hasher = hasher or PasswordHasher()
        self._free = asyncio.Semaphore(AT_ONCE)
        self._nobodys = self._hasher.hash("nobody's")

    async def hash(self, password: str) -> str:
        async with self._free:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def is_right(self, password: str, stored: str | None) -> bool:
        """Without a stored hash it takes as long and says no: time does not tell whether a name exists."""
        async with self._free:
            right = await asyncio.to_thread(self._verify, password, stored or self._nobodys)
        return right and bool(stored)

    def is_dated(self, stored: str) -> bool:
        """Whether it was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, password: str, stored: str) -> bool:
        if len(password) > LONGEST:
            return False
        try:
            return self._hasher.verify(stored, _normal(password))
        except (VerificationError, InvalidHashError):
            return False


def _normal(password: str) -> str:
    """The same characters are the same password, whichever keyboard composed them."""
    return unicodedata.normalize("NFKC", password)
