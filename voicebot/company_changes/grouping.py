"""Puts questions together that ask for the same, so that one answer serves them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Generic, TypeVar

from voicebot.company.places import bare
from voicebot.dialogue.sound import syllables

ALIKE: Final = 0.5
"""Dice coefficient of characters and sounds from which two questions count as the same one."""
SHORTEST: Final = 4
"""Characters of a question; what is shorter says nothing by itself."""
T = TypeVar("T")
Features = frozenset[str]


@dataclass(slots=True)
class Group(Generic[T]):
    """The first question is the one that the others were compared with."""

    question: str
    members: list[T] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    """Other wordings, each once."""


def groups(said: Sequence[tuple[str, T]]) -> list[Group[T]]:
    """The largest first. said: texts, each with what it stands for."""
    found: list[tuple[Features, Group[T]]] = []
    for text, member in said:
        if len(bare(text)) < SHORTEST:
            continue
        asked = features(text)
        best = max(found, key=lambda each: dice(asked, each[0]), default=None)
        if best is None or dice(asked, best[0]) < ALIKE:
            best = (asked, Group(text))
            found.append(best)
        group = best[1]
        group.members.append(member)
        if bare(text) not in map(bare, (group.question, *group.others)):
            group.others.append(text)
    return sorted((group for _, group in found), key=lambda group: -len(group.members))


def features(text: str) -> Features:
    """Characters, pairs of them, and sounds: by these two questions are compared."""
    plain = bare(text.lower())
    sounds = syllables(plain)
    return frozenset((*plain, *map("".join, pairwise(plain)), *sounds))


def dice(first: Features, other: Features) -> float:
    """0: nothing in common; 1: the same."""
    return 2 * len(first & other) / max(1, len(first) + len(other))
