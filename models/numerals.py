"""Numbers as Chinese words: whole numbers in words, and strings of digits one by one in groups."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

_PLACES: Final = "千百十"
_LARGE: Final = ("", "万", "亿", "万亿")
LARGEST: Final = 10**16 - 1
"""Numbers above are read digit by digit: nobody would follow them in words."""
_GROUPS: Final = {5: (5,), 6: (3, 3), 7: (3, 4), 8: (4, 4), 9: (3, 3, 3), 10: (3, 3, 4), 11: (3, 4, 4)}


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words for numbers, sums, dates and times; the table of that language in data/spoken.toml."""

    digits: str
    one_in_strings: str
    pair: str
    pair_before_large: bool
    negative: str
    to: str
    yuan: str
    jiao: str
    fen: str
    days: Mapping[str, str]
    year: str
    month: str
    day: str
    hour: str
    half: str
    minute: str
    percent: str
    point: str
    parts_of_day: tuple[tuple[int, str], ...]


@cache
def table() -> Mapping[str, Any]:
    """data/spoken.toml as it is."""
    return tomllib.loads(files("models").joinpath("data", "spoken.toml").read_text(encoding="utf-8"))


@cache
def words_of(language: str) -> Words:
    """The words of "cmn", "yue" or "cmn-sichuan" (which takes those of "cmn")."""
    entries = dict(table()[language.partition("-")[0]])
    entries["parts_of_day"] = tuple((hour, name) for hour, name in entries["parts_of_day"])
    return Words(**entries)


def integer(number: int, words: Words, *, counting: bool = False) -> str:
    """320 -> 三百二十. counting: a measure word follows, so that 2 is 两."""
    if abs(number) > LARGEST:
        return string(str(abs(number)), words)
    if number < 0:
        return words.negative + integer(-number, words, counting=counting)
    if number < 10:
        return words.pair if counting and number == 2 else words.digits[number]
    spoken = _large(number, words)
    return spoken[1:] if spoken.startswith(words.digits[1] + _PLACES[-1]) else spoken  # 十五, not 一十五


def string(digits: str, words: Words) -> str:
    """Digits one by one with commas between groups: 13812345678 -> 幺三八，幺二三四，五六七八."""
    names = words.digits.replace(words.digits[1], words.one_in_strings)
    groups: list[str] = []
    start = 0
    for size in _GROUPS.get(len(digits), _fours(len(digits))):
        groups.append("".join(names[int(digit)] for digit in digits[start : start + size]))
        start += size
    return "，".join(groups)


def _fours(length: int) -> tuple[int, ...]:
    """Groups of four; a rest of one is taken from the group before it."""
    fours, rest = divmod(length, 4)
    if rest == 1 and fours:
        return (4,) * (fours - 1) + (3, 2)
    return (4,) * fours + ((rest,) if rest else ())


def _large(number: int, words: Words) -> str:
    """Groups of four digits with 万 and 亿; a gap of zeros is said once."""
    zero = words.digits[0]
    spoken, gap = "", False
    for power in range(len(_LARGE) - 1, -1, -1):
        part = number // 10_000**power % 10_000
        if part == 0:
            gap = bool(spoken)
            continue
        if spoken and (gap or part < 1_000):
            spoken += zero
        pair = part == 2 and power > 0 and words.pair_before_large
        spoken += (words.pair if pair else _thousands(part, words, first=not spoken)) + _LARGE[power]
        gap = False
    return spoken


def _thousands(number: int, words: Words, *, first: bool) -> str:
    """1 to 9999. `first`: nothing was said before, so that a leading 2 becomes 两 before 百 and 千."""
    spoken, gap = "", False
    for digit, place in zip(f"{number:04d}", (*_PLACES, ""), strict=True):
        if digit == "0":
            gap = bool(spoken)
            continue
        pair = digit == "2" and place in ("千", "百") and first and not spoken and words.pair_before_large
        spoken += (words.digits[0] if gap else "") + (words.pair if pair else words.digits[int(digit)]) + place
        gap = False
    return spoken
