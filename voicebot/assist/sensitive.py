"""Numbers that nobody may repeat or write down: cards, identity cards, security codes, passwords.

Callers dictate long numbers in pieces; the pieces of one party are put together across turns. What is found is
reported masked, never as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal

from voicebot.assist.packaged import packaged
from voicebot.company.model import Model
from voicebot.dialogue.digits import DigitString, digit_strings
from voicebot.masking import is_bank_card, is_identity_card, mask

SensitiveName = Literal["bank_card", "identity_card", "cvv", "one_time_code", "password"]
LONGEST_TEXT = 200
"""Characters of one turn that are looked at."""
_BEFORE = 8
"""Characters before a number in which a word says what it is."""
_LONGEST_NUMBER = 19
_MOST_REST = 6
"""Characters besides the digits up to which a turn is the next piece of a number (然后是1234)."""


class SensitiveKind(Model):
    """One [[kind]] of sensitive.toml. `digits`: least and most of them, for kinds without a check digit."""

    name: SensitiveName
    title: str
    words: tuple[str, ...] = ()
    digits: tuple[int, int] = (0, 0)


class SensitiveWords(Model):
    """data/sensitive.toml"""

    other_numbers: tuple[str, ...]
    asking: tuple[str, ...]
    x: tuple[str, ...]
    kind: tuple[SensitiveKind, ...]

    @cached_property
    def titles(self) -> dict[str, str]:
        return {kind.name: kind.title for kind in self.kind}

    @cached_property
    def last_character(self) -> re.Pattern[str]:
        return re.compile(rf"\s*(?:{'|'.join(map(re.escape, self.x))})")


@cache
def sensitive_words() -> SensitiveWords:
    """The words that ship with the package."""
    return packaged(SensitiveWords, "sensitive")


@dataclass(frozen=True, slots=True)
class SensitiveNumber:
    kind: SensitiveName
    title: str
    masked: str
    """622************45; nothing but stars for codes and passwords."""


class SensitiveNumbers:
    """Listens to one party. `asked` is what the other one asked for just before."""

    def __init__(self, words: SensitiveWords) -> None:
        self._words = words
        self._begun = ""
        """Digits at the end of the turns so far that may go on in the next one."""

    def heard(self, text: str, *, asked: SensitiveKind | None = None) -> list[SensitiveNumber]:
        """Sensitive numbers in one turn, or completed by it."""
        text = text[:LONGEST_TEXT]
        runs = digit_strings(text)
        found = [number for run in runs if (number := self._judged(text, run, asked))]
        if not found and (number := self._completed(text, runs)):
            found = [number]
        self._begun = "" if found else self._unfinished(text, runs)
        return found

    def _judged(self, text: str, run: DigitString, asked: SensitiveKind | None) -> SensitiveNumber | None:
        before = text[max(0, run.start - _BEFORE) : run.start]
        last = "X" if len(run.digits) == 17 and self._words.last_character.match(text, run.end) else ""
        named = next((kind for kind in self._words.kind if any(word in before for word in kind.words)), asked)
        if is_identity_card(run.digits + last):
            return self._long("identity_card", run.digits + last)
        if is_bank_card(run.digits) and not any(word in before for word in self._words.other_numbers):
            return self._long("bank_card", run.digits)
        if named and named.digits[0] <= len(run.digits) <= named.digits[1]:
            return SensitiveNumber(named.name, named.title, "*" * len(run.digits))
        return None

    def _long(self, kind: SensitiveName, number: str) -> SensitiveNumber:
        return SensitiveNumber(kind, self._words.titles[kind], mask(number))

    def _completed(self, text: str, runs: list[DigitString]) -> SensitiveNumber | None:
        """A number whose beginning was in the turns before."""
        if not self._begun or not runs or runs[0].start > _MOST_REST:
            return None
        last = "X" if self._words.last_character.match(text, runs[0].end) else ""
        number = self._begun + runs[0].digits
        if is_identity_card(number + last):
            return self._long("identity_card", number + last)
        return self._long("bank_card", number) if len(number) >= 16 and is_bank_card(number) else None

    def _unfinished(self, text: str, runs: list[DigitString]) -> str:
        if not runs or len(text) - runs[-1].end > _MOST_REST:
            return ""
        goes_on = runs[0].start <= _MOST_REST and len(runs) == 1
        digits = (self._begun if goes_on else "") + runs[-1].digits
        return digits if len(digits) < _LONGEST_NUMBER else ""


def asked_for(text: str, words: SensitiveWords) -> SensitiveKind | None:
    """The code that one party asks the other for: 请说一下验证码."""
    if not any(word in text for word in words.asking):
        return None
    return next((kind for kind in words.kind if any(word in text for word in kind.words)), None)
