"""Finds numbers in a run of digits that pauses cut into pieces: an order number, then a card's, then a phone's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from voicebot.privacy.said_digits import Piece
from voicebot.privacy.spans import PersonalKind

Judge = Callable[[str, int], PersonalKind | None]
"""What a number is that begins at the n-th piece."""
MOST_PIECES = 100
"""Of a run that is searched; nobody says more, and the work on hostile text stays bounded."""
_LONGEST = 20
"""Characters of the longest number: 19 digits, or 15 with a country code and its prefix."""


@dataclass(frozen=True, slots=True)
class FoundNumber:
    """`pieces[first:end]` make up a number of this kind."""

    kind: PersonalKind
    number: str
    first: int
    end: int


def find_numbers(pieces: Sequence[Piece], *judges: Judge) -> list[FoundNumber]:
    """The longest number that begins at each piece; none overlaps another.

    A later judge is asked only where the ones before it say nothing.
    """
    found: list[FoundNumber] = []
    first = 0
    while first < len(pieces):
        number = _beginning_at(pieces, first, judges)
        if number is not None:
            found.append(number)
        first = number.end if number else first + 1
    return found


def _beginning_at(pieces: Sequence[Piece], first: int, judges: Sequence[Judge]) -> FoundNumber | None:
    numbers: list[tuple[str, int]] = []
    number = ""
    for end in range(first + 1, len(pieces) + 1):
        number += pieces[end - 1].digits
        if len(number) > _LONGEST:
            break
        numbers.append((number, end))
    for judge in judges:
        for candidate, end in reversed(numbers):
            if (kind := judge(candidate, first)) is not None:
                return FoundNumber(kind, candidate, first, end)
    return None
