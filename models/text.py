"""Recognised text in the form the system works with: simplified characters, numbers and digit strings as digits.

Digit strings (order and phone numbers) are joined by a rule of our own first, and only plain cardinals are given to
wetext: on whole sentences its grammar breaks strings ("二零二四一一零五三八" -> "20241 10538") and rewrites dates and
times ("十一月五号下午三点半" -> "11/053:30p.m.").
"""

import re
import string
from functools import cache
from importlib import resources
from typing import Final

from wetext import Normalizer

from models.simplified import simplified

_DIGIT_OF: Final = dict(zip("零〇○一二三四五六七八九幺两", "00012345678912", strict=True))
_FULL_WIDTH: Final = {0xFEE0 + ord(character): character for character in f"%+-{string.ascii_letters}{string.digits}"}
"""Unicode's full-width forms lie 0xFEE0 above ASCII."""

_ONE: Final = "0-9零〇○一二三四五六七八九幺"
_SPACE: Final = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])|(?<=\d)\s+(?=\d)")
_THOUSANDS: Final = re.compile(r"(?<![\d,])\d{1,3}(?:,\d{3})+(?![\d,])")
_DIVIDED: Final = re.compile(rf"(?<=[{_ONE}]{{3}})[，,、\-](?=[{_ONE}]{{3}})")
_STRING: Final = re.compile(rf"[{_ONE}](?:[{_ONE}]|两(?=[{_ONE}])){{2,}}(?![十百千万亿])")
_DAY: Final = re.compile(r"([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})(?=[号日])")
_CARDINAL: Final = re.compile(
    r"百分之[零一二两三四五六七八九十百点]+"
    r"|(?<![第初周])(?:[一二两三四五六七八九]|十(?=[一二三四五六七八九万]))[零一二两三四五六七八九十百千万亿]*"
    r"(?:点[零一二三四五六七八九]+(?![十分半刻钟]))?"
)
_WIDE: Final = re.compile(r"(\d+)万(\d*)")
_UNIT: Final = re.compile(r"[十百千万亿点]")


def normalise(raw: str) -> str:
    """Simplified characters, no blanks between Chinese, numbers as digits.

    "請查一下二零二四一一零五三八" -> "请查一下2024110538"; "三百六十塊" -> "360块"; "十一月五號" -> "11月5号".
    """
    text = simplified(raw).translate(_FULL_WIDTH)
    text = _SPACE.sub("", text.strip())
    return "".join(part if part in fixed_words() else _numbers(part) for part in _fixed_pattern().split(text) if part)


@cache
def fixed_words() -> frozenset[str]:
    """Words that hold numerals but are no numbers."""
    lines = (resources.files("models") / "data" / "fixed_number_words.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _numbers(text: str) -> str:
    text = _THOUSANDS.sub(lambda match: match[0].replace(",", ""), text)
    text = _STRING.sub(_digits, _DIVIDED.sub("", text))
    text = _DAY.sub(lambda match: f"{_value(match[1])}月{_value(match[2])}", text)
    return _CARDINAL.sub(_cardinal, text)


def _digits(match: re.Match[str]) -> str:
    return "".join(_DIGIT_OF.get(character, character) for character in match[0])


def _cardinal(match: re.Match[str]) -> str:
    """A number with a unit as digits; single numerals stay, for "一起", "三星" and "一下" are words."""
    following = match.string[match.end() : match.end() + 1]
    if not _UNIT.search(match[0]) or following == "点":  # "十二点" is a time of day
        return match[0]
    return _value(match[0])


def _value(numeral: str) -> str:
    if len(numeral) == 1:
        return _DIGIT_OF.get(numeral, "10")
    value = str(_wetext().normalize(numeral)).replace(" ", "")
    if wide := _WIDE.fullmatch(value):  # wetext leaves round millions in 万
        return str(int(wide[1]) * 10_000 + int(wide[2] or 0))
    return value


@cache
def _wetext() -> Normalizer:
    return Normalizer(lang="zh", operator="itn")


@cache
def _fixed_pattern() -> re.Pattern[str]:
    longest_first = sorted(fixed_words(), key=len, reverse=True)
    return re.compile("(" + "|".join(map(re.escape, longest_first)) + ")")
