"""The code that lets the operator, and nobody else, make the first account in the browser."""

from __future__ import annotations

import hmac
import secrets
from typing import Final

ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters and digits that look alike."""
LETTERS: Final = 12
GROUP: Final = 4


class SetupCode:
    """Lives as long as the process that shows it at its terminal. 59 random bits: beyond guessing over a network."""

    def __init__(self) -> None:
        self._letters = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))

    @property
    def shown(self) -> str:
        """In groups, as a person reads it."""
        return "-".join(self._letters[start : start + GROUP] for start in range(0, LETTERS, GROUP))

    def is_right(self, typed: str) -> bool:
        """However it was grouped and whatever the case."""
        plain = "".join(letter for letter in typed.casefold() if letter.isalnum())
        return hmac.compare_digest(plain.encode(), self._letters.encode())
