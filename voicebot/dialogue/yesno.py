"""Yes, no, and corrections: what a short answer to a question of ours means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from voicebot.dialogue.lexicon import lexicon, starts_with, without_leading

_PUNCTUATION = re.compile(r"[\s,，。.!！?？、;；:：~…]+")


@dataclass(frozen=True, slots=True)
class YesNo:
    """`rest` is what was said besides, without fillers and thanks: a value, another wish, or ""."""

    answer: Literal["yes", "no"]
    rest: str


def yes_or_no(text: str) -> YesNo | None:
    """Whether `text` begins by agreeing or refusing; fillers before and between do not count."""
    words = lexicon()
    plain = _PUNCTUATION.sub("", text)
    rest = without_leading(plain, words.fillers)
    if not rest:  # nothing but 嗯
        return YesNo("yes", "") if plain and starts_with(plain, words.yes) else None
    if starts_with(rest, words.neither):
        return None
    yes, no = starts_with(rest, words.yes) or "", starts_with(rest, words.no) or ""
    if not (yes or no):
        return None
    answer: Literal["yes", "no"] = "yes" if len(yes) > len(no) else "no"
    same = words.yes if answer == "yes" else words.no
    return YesNo(answer, without_leading(rest, (*words.fillers, *words.thanks, *same)))


def corrected_part(text: str) -> str | None:
    """What follows "不对，是…" or "改成…"; "" when nothing does, None when `text` corrects nothing."""
    words = lexicon()
    rest, corrects = _PUNCTUATION.sub("", text), False
    while rest:
        marker = starts_with(rest, words.corrections)
        word = marker or starts_with(rest, words.fillers)
        if word is None:
            break
        corrects, rest = corrects or marker is not None, rest[len(word) :]
    if corrects:
        return rest
    inside = next((word for word in words.clear_corrections if word in text), None)
    return text.split(inside, 1)[1] if inside else None


def clearly_corrects(text: str) -> bool:
    """Whether `text` says that something was wrong even where no value follows."""
    return any(word in text for word in lexicon().clear_corrections)


def only_halts(text: str) -> bool:
    """等一下: to somebody who is speaking."""
    words = lexicon()
    said = without_leading(_PUNCTUATION.sub("", text), words.fillers)
    return bool(said) and not without_leading(said, (*words.halt, *words.fillers))


def only_enough(text: str) -> bool:
    """好的，谢谢: to "anything else?" that means no."""
    words = lexicon()
    plain = _PUNCTUATION.sub("", text)
    return (
        bool(plain)
        and not without_leading(plain, (*words.thanks, *words.enough, *words.fillers))
        and bool(without_leading(plain, words.fillers))
    )
