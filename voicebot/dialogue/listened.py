"""How far the caller heard the last reply before talking over it. A question that was not heard was not asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voicebot.dialogue.types import Segment

_GUESSED = 6
"""Characters at a question's end that are understood without being heard: 1.3 s of speech, about as early as people
begin to answer."""


@dataclass(frozen=True, slots=True)
class Listened:
    unheard: tuple[Segment, ...] = ()
    """From the sentence on that was cut."""
    asked: bool = True
    """Whether the question at the reply's end came across."""


def listened(said: Sequence[Segment], heard: str | None, read_out: Sequence[str] = ()) -> Listened:
    """heard: the beginning of the reply `said` that was heard, None when all of it was; what is no beginning of it
    belongs to an earlier reply and tells nothing.
    read_out: values in the question that are to be confirmed; a value that was cut cannot be.
    """
    if heard is None or not "".join(segment.text for segment in said).startswith(heard):
        return Listened()
    left = len(heard)
    for place, segment in enumerate(said):
        if left < len(segment.text):
            asked = place == len(said) - 1 and _comes_across(segment.text, left, read_out)
            return Listened(tuple(said[place:]), asked)
        left -= len(segment.text)
    return Listened()


def _comes_across(question: str, length: int, read_out: Sequence[str]) -> bool:
    heard, whole = _spoken(question[:length]), _spoken(question)
    guessable = whole - heard <= min(_GUESSED, whole // 2)
    return guessable and all(value in question[:length] for value in read_out)


def _spoken(text: str) -> int:
    """Characters but for punctuation."""
    return sum(character.isalnum() for character in text)
