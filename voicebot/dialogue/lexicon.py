"""Everyday words that the dialogue understands, read from lexicon.toml, and how they are found in a sentence."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Money:
    units: tuple[str, ...]
    tenths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One field a key of lexicon.toml. Word lists are sorted longest first, so that the first hit is the longest."""

    fillers: tuple[str, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    neither: tuple[str, ...]
    thanks: tuple[str, ...]
    enough: tuple[str, ...]
    goodbye: tuple[str, ...]
    human: tuple[str, ...]
    repeat: tuple[str, ...]
    halt: tuple[str, ...]
    negation: tuple[str, ...]
    corrections: tuple[str, ...]
    clear_corrections: tuple[str, ...]
    abandon: tuple[str, ...]
    switch: tuple[str, ...]
    lead_ins: tuple[str, ...]
    tail: tuple[str, ...]
    latest: tuple[str, ...]
    ordinals: tuple[tuple[str, ...], ...]
    digits: Mapping[str, str]
    multiples: Mapping[str, int]
    money: Money
    days: Mapping[str, int]
    weeks: Mapping[str, int]
    said_days: Mapping[str, str]
    said_days_yue: Mapping[str, str]
    same_sense: Mapping[str, str]


@cache
def lexicon() -> Lexicon:
    """The lexicon that ships with the package."""
    raw = tomllib.loads(Path(__file__).with_name("lexicon.toml").read_text(encoding="utf-8"))
    lists: dict[str, Any] = {
        key: _longest_first(words) for key, words in raw.items() if isinstance(words, list) and key != "ordinals"
    }
    return Lexicon(
        **lists,
        ordinals=tuple(tuple(words) for words in raw["ordinals"]),
        money=Money(**{key: tuple(words) for key, words in raw["money"].items()}),
        **{
            key: raw[key]
            for key in ("digits", "multiples", "days", "weeks", "said_days", "said_days_yue", "same_sense")
        },
    )


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(words, key=len, reverse=True))


def first_in(text: str, words: Iterable[str]) -> str | None:
    """The first of `words` that `text` contains."""
    return next((word for word in words if word in text), None)


def starts_with(text: str, words: Iterable[str]) -> str | None:
    """The first of `words` with which `text` begins."""
    return next((word for word in words if text.startswith(word)), None)


def without_leading(text: str, words: Iterable[str]) -> str:
    """`text` without the `words` at its beginning, however many."""
    longest_first = sorted(words, key=len, reverse=True)
    while word := starts_with(text, longest_first):
        text = text[len(word) :]
    return text
