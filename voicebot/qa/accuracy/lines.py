"""The lines from which labelled calls are put together: what may be said for an item, by what it does to the item.

Every list is divided between the halves by the hashes of its lines, so that rules are not tuned to sentences that are
measured afterwards. Lists of one line serve both. Rules and lines have the same authors all the same.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any


class Half(StrEnum):
    """Which half a call, and its lines, belong to. Nobody tunes on the held-out one."""

    TUNING = "tuning"
    HELD_OUT = "held_out"


class State(StrEnum):
    """What a call does to an item."""

    KEPT = "kept"
    VIOLATED = "violated"
    NEARLY = "nearly"
    """Borderline, and still kept."""
    HARDLY = "hardly"
    """Borderline, and violated."""

    @property
    def passes(self) -> bool:
        return self in (State.KEPT, State.NEARLY)


@dataclass(frozen=True, slots=True)
class Question:
    ask: str
    answers: Mapping[State, str]


def half_of(name: str, *, second: bool) -> Half:
    """Of a pair of calls: the hash of its name says which of the two is held out."""
    return Half.HELD_OUT if _hash(name)[0] % 2 == second else Half.TUNING


def lines(group: str, kind: str, half: Half) -> Sequence[str]:
    """The half's lines of a list."""
    return _halved(tuple(_file()[group][kind]), half)


def questions(half: Half) -> Sequence[Question]:
    asked = [Question(each["ask"], {state: each[state.value] for state in State}) for each in _file()["question"]]
    mine = set(_halved(tuple(each.ask for each in asked), half))
    return [each for each in asked if each.ask in mine]


def _halved(found: tuple[str, ...], half: Half) -> Sequence[str]:
    if len(found) < 2:
        return found
    return sorted(found, key=_hash)[half is Half.HELD_OUT :: 2]


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(files("voicebot.qa").joinpath("data", "accuracy.toml").read_text(encoding="utf-8"))
