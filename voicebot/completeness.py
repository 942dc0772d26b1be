"""Does an utterance sound finished? From its words, what was understood, and what the assistant had asked for."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from voicebot.turns import Completeness

CERTAIN_INTENT = 0.6
"""Intent confidence from which a request counts as finished."""
SHORTEST_NUMBER = 8
"""Digits of the shortest order number; fewer, while a number is asked for, is a caller who is still dictating."""


@dataclass(frozen=True, slots=True)
class UnfinishedWords:
    """Endings that announce more, and short utterances that are whole answers."""

    endings: tuple[str, ...]
    complete: frozenset[str]


def load_unfinished_words() -> UnfinishedWords:
    """The package's list, voicebot/data/unfinished.toml."""
    table = tomllib.loads(files("voicebot").joinpath("data/unfinished.toml").read_text("utf-8"))
    return UnfinishedWords(tuple(table["endings"]), frozenset(table["complete"]))


def completeness(
    text: str, *, intent: str, confidence: float, expecting_digits: bool, words: UnfinishedWords
) -> Completeness:
    """Judge recognised text (no punctuation needed).

    >>> from voicebot.completeness import completeness, load_unfinished_words
    >>> completeness("我想查一下", intent="none", confidence=0.3, expecting_digits=False,
    ...              words=load_unfinished_words()).name
    'UNFINISHED'
    """
    bare = text.strip(" ，。？！,.?!、")
    if not bare:
        return Completeness.EMPTY
    if bare in words.complete:
        return Completeness.COMPLETE
    if expecting_digits and _ends_in_number(bare):
        digits = sum(character.isdigit() for character in bare)
        return Completeness.UNSURE if digits >= SHORTEST_NUMBER else Completeness.UNFINISHED
    if _ends_with(bare, words.endings):
        return Completeness.UNFINISHED
    if intent != "none" and confidence >= CERTAIN_INTENT:
        return Completeness.COMPLETE
    return Completeness.UNSURE


def _ends_in_number(text: str) -> bool:
    return text[-1].isdigit()


def _ends_with(text: str, endings: Sequence[str]) -> bool:
    return any(text.endswith(ending) for ending in endings)
