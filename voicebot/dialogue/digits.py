"""Digit strings as callers say them: 二零二四 幺幺零五, 2024 1105, 三个零, 十一."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from voicebot.dialogue.lexicon import lexicon

_GAP = "[ ,，、。.\\-—呃嗯额啊]{0,4}"
_TAIL_REACH = 4
"""Characters between 尾号 and the digits: 是, 呢, a pause."""


@dataclass(frozen=True, slots=True)
class DigitString:
    """`digits` were said in `text[start:end]`; `tail`: announced as the end of a longer number (尾号0538)."""

    digits: str
    start: int
    end: int
    tail: bool


@cache
def _pattern() -> re.Pattern[str]:
    digit = f"[0-9{''.join(lexicon().digits)}]"
    unit = f"(?:{digit}个{digit}|{digit}?十{digit}?|{digit})"
    return re.compile(f"{unit}(?:{_GAP}{unit})*")


@cache
def _unit() -> re.Pattern[str]:
    digit = f"[0-9{''.join(lexicon().digits)}]"
    return re.compile(f"({digit})个({digit})|({digit})?十({digit})?|({digit})")


def digit_strings(text: str) -> list[DigitString]:
    """Every run of digits in `text`, in order; pauses and hesitation inside a run are skipped."""
    found = []
    for match in _pattern().finditer(text):
        before = text[max(0, match.start() - _TAIL_REACH - 4) : match.start()]
        digits = "".join(_digits_of(unit) for unit in _unit().finditer(match[0]))
        found.append(DigitString(digits, match.start(), match.end(), _announces_tail(before)))
    return found


def _announces_tail(before: str) -> bool:
    return any(
        (at := before.rfind(word)) >= 0 and len(before) - at - len(word) <= _TAIL_REACH for word in lexicon().tail
    )


def _digits_of(unit: re.Match[str]) -> str:
    count, repeated, tens, ones, single = unit.groups()
    if single:
        return _digit(single)
    if repeated:
        times = int(_digit(count))
        return _digit(repeated) * times if 2 <= times <= 4 else _digit(count) + _digit(repeated)
    return (_digit(tens) if tens else "1") + (_digit(ones) if ones else "0")


def _digit(character: str) -> str:
    return lexicon().digits.get(character, character)


def whole_number(text: str) -> int | None:
    """ "二十三", "两百五", "十二万", "23" as a number; None when `text` is anything else."""
    multiples = lexicon().multiples
    total, current = 0, None
    for character in text:
        digit = _digit(character)
        if digit in "0123456789":
            current = (current or 0) * 10 + int(digit)
        elif character == "万":
            total, current = (total + (current or 0)) * multiples[character], None
        elif character in multiples:
            total, current = total + (1 if current is None else current) * multiples[character], None
        else:
            return None
    if current is None:
        return total or None
    before = multiples.get(text[-2:-1], 1)  # 两百五: the last digit counts tens of the unit before it
    return total + current * (before // 10 if before >= 100 else 1)
