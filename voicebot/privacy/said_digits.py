"""Where digits stand in a text, however they are written or were said: 138, １３８, 幺三八, 三个零, with pauses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_DIGITS: Final = dict(
    zip("０１２３４５６７８９零〇○洞一幺壹二两贰三叁四五六七拐八九勾", "012345678900001112223345677899", strict=True)
)
_DIGIT: Final = "0-9" + "".join(_DIGITS)
_GAP: Final = r"[ \-\u00a0\u2010-\u2015\u3000,，、。()（）呃嗯额啊哦]{0,4}"
_UNIT: Final = f"(?:[{_DIGIT}]个[{_DIGIT}](?!位)|[{_DIGIT}])"
_RUN: Final = re.compile(
    rf"(?<![{_DIGIT}*])(?<!\d\.)\+?{_UNIT}(?:{_GAP}{_UNIT})*(?![{_DIGIT}*])"
    rf"(?:{_GAP}(?:[XxＸｘ](?![A-Za-z])|叉|艾克斯|爱克斯))?"
)
"""What is left of a number that was masked (138***) is none."""
_PIECE: Final = re.compile(rf"\+?{_UNIT}+|[XxＸｘ]|叉|艾克斯|爱克斯")
_SAID: Final = re.compile(f"([{_DIGIT}])个([{_DIGIT}])|([{_DIGIT}])")
_MOST_ALIKE: Final = 8
"""五个八 are five of them; nobody counts more."""


@dataclass(frozen=True, slots=True)
class Piece:
    """`text[start:end]` was said in one go. `digits`: ASCII, with a leading + or an X as the check character."""

    digits: str
    start: int
    end: int


def runs(text: str) -> Iterator[list[Piece]]:
    """Pieces that nothing but pauses lie between, run by run."""
    for run in _RUN.finditer(text):
        yield [
            Piece(_ascii(piece[0]), run.start() + piece.start(), run.start() + piece.end())
            for piece in _PIECE.finditer(run[0])
        ]


def digits_of(text: str) -> str:
    """All digits of `text` in ASCII, as one number."""
    return "".join(piece.digits for run in runs(text) for piece in run)


def _ascii(said: str) -> str:
    if said[0] in "XxＸｘ叉艾爱":
        return "X"
    plus = "+" if said[0] == "+" else ""
    return plus + "".join(_value(unit) for unit in _SAID.finditer(said))


def _value(unit: re.Match[str]) -> str:
    times, repeated, single = unit.groups()
    if single:
        return _DIGITS.get(single, single)
    count, digit = (_DIGITS.get(each, each) for each in (times, repeated))
    return digit * int(count) if 1 <= int(count) <= _MOST_ALIKE else count + digit
