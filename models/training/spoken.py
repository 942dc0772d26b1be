"""How a written sentence is spoken: digit strings are read digit by digit, in groups, as people do."""

import random
import re
from typing import Final

_DIGITS = re.compile(r"[0-9]+")
_NAMES: Final = "零一二三四五六七八九"
_ONE_ON_THE_PHONE: Final = "幺"
_LONG: Final = 5
"""Digits from which on a string is read in groups with a short pause between them."""


def spoken(text: str, language: str, rng: random.Random) -> str:
    """What the voice is to read for `text`: 1 becomes 幺 or 一 (in Cantonese 一), groups get commas."""
    one = _ONE_ON_THE_PHONE if language != "yue" and rng.random() < 0.6 else _NAMES[1]
    names = _NAMES.replace(_NAMES[1], one)
    group = rng.choice((3, 4, 4, 100))

    def read(match: re.Match[str]) -> str:
        digits = match[0]
        size = group if len(digits) >= _LONG else len(digits)
        groups = (digits[start : start + size] for start in range(0, len(digits), size))
        return "，".join("".join(names[int(digit)] for digit in g) for g in groups)

    return _DIGITS.sub(read, text)
