"""Written Chinese as people say it: sums, dates, times, order and phone numbers, percentages, ranges.

What is not covered here (units, fractions, decimals) is left to wetext's grammar.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Final

from wetext import Normalizer

from models.numerals import Words, integer, string, table, words_of

_TIME: Final = r"(?P<hour>[01]?\d|2[0-4])[:：](?P<minute>[0-5]\d)(?:[:：][0-5]\d)?"
_SHORTEST_STRING: Final = 5
"""Digits without a measure word are read one by one from this length on."""
_DIGITS: Final = re.compile(r"[0-9]+")
_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９", "0123456789")
_EDGE: Final = r"(?<![\d.,A-Za-z])"

Rule = Callable[[re.Match[str], Words, date | None], str]


def say(text: str, *, language: str = "cmn", today: date | None = None) -> str:
    """What the voice is to read for `text`.

    language: "cmn", "yue" or "cmn-sichuan". today: days near it become 今天, 明天 and so on.
    "订单尾号1105，共320.5元，2026-11-05送到" -> "订单尾号幺幺零五，共三百二十元五角，十一月五号送到"
    """
    words = words_of(language)
    text = text.translate(_FULL_WIDTH)
    for pattern, rule in _rules():
        text = pattern.sub(lambda match, rule=rule: rule(match, words, today), text)  # type: ignore[misc]
    if _DIGITS.search(text):
        text = _rest().normalize(text)
    return _DIGITS.sub(lambda match: string(match[0], words), text)


def _date(match: re.Match[str], words: Words, today: date | None) -> str:
    try:
        day = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:  # 2026-13-40 is no date: digits as they stand
        return string(re.sub(r"\D", "", match[0]), words)
    if today is not None and (near := words.days.get(str((day - today).days))):
        return near
    year = "" if today is not None and day.year == today.year else _year(match["year"], words)
    return year + integer(day.month, words) + words.month + integer(day.day, words) + words.day


def _year(digits: str, words: Words) -> str:
    return "".join(words.digits[int(digit)] for digit in digits) + words.year


def _year_alone(match: re.Match[str], words: Words, _today: date | None) -> str:
    return _year(match["year"], words)


def _day_of_month(match: re.Match[str], words: Words, _today: date | None) -> str:
    return f"{integer(int(match['month']), words)}{words.month}{integer(int(match['day']), words)}{words.day}"


def _time(match: re.Match[str], words: Words, _today: date | None) -> str:
    """14:30 -> 下午两点半; where the part of the day is written already it is not said twice."""
    hour, minute = int(match["hour"]) % 24, int(match["minute"])
    part = match["head"] or next(name for start, name in reversed(words.parts_of_day) if hour >= start)
    spoken = part + integer(hour if hour <= 12 else hour - 12, words, counting=True) + words.hour
    if minute == 0:
        return spoken
    if minute == 30:
        return spoken + words.half
    return spoken + (words.digits[0] if minute < 10 else "") + integer(minute, words) + words.minute


def _time_range(match: re.Match[str], words: Words, _today: date | None) -> str:
    return f"{match[1]}{words.to}"


def _sum(match: re.Match[str], words: Words, _today: date | None) -> str:
    """320.5元 -> 三百二十元五角, 0.5元 -> 五角, 12万元 -> 十二万元."""
    whole, cents = match["whole"].replace(",", ""), (match["cents"] or "").ljust(2, "0")[:2]
    if match["large"]:
        return _decimal(whole, match["cents"], words) + match["large"] + words.yuan
    jiao, fen = int(cents[0]), int(cents[1])
    spoken = integer(int(whole), words, counting=True) + words.yuan if int(whole) or not (jiao or fen) else ""
    if jiao:
        spoken += integer(jiao, words, counting=True) + words.jiao
    elif fen and spoken:
        spoken += words.digits[0]
    return spoken + (integer(fen, words) + words.fen if fen else "")


def _decimal(whole: str, fraction: str | None, words: Words, *, counting: bool = False) -> str:
    spoken = integer(int(whole), words, counting=counting and not fraction)
    if not fraction:
        return spoken
    return spoken + words.point + "".join(words.digits[int(digit)] for digit in fraction)


def _percent(match: re.Match[str], words: Words, _today: date | None) -> str:
    return words.percent + _decimal(match["whole"], match["cents"], words)


def _range(match: re.Match[str], words: Words, _today: date | None) -> str:
    counting = _before_measure(match)
    low, high = (integer(int(match[side]), words, counting=counting) for side in ("low", "high"))
    return f"{low}{words.to}{high}"


def _phone(match: re.Match[str], words: Words, _today: date | None) -> str:
    """Groups as written, or as usual where none are written; the country code of China is left out."""
    groups = re.findall(r"\d+", match[0].removeprefix("+86").removeprefix("+"))
    return "，".join(string(group, words) for group in groups)


def _string(match: re.Match[str], words: Words, _today: date | None) -> str:
    return match["head"] + string(match["digits"], words)


def _long_string(match: re.Match[str], words: Words, _today: date | None) -> str:
    return string(match[0], words)


def _count(match: re.Match[str], words: Words, _today: date | None) -> str:
    return integer(int(match[0].replace(",", "")), words, counting=_before_measure(match))


def _fraction(match: re.Match[str], words: Words, _today: date | None) -> str:
    return _decimal(match["whole"].replace(",", ""), match["cents"], words)


def _before_measure(match: re.Match[str]) -> bool:
    """Whether what was matched counts things: 2件 is 两件, but 第2件 is 第二件."""
    if match.string[: match.start()].endswith(table()["written"]["ordinal"]):
        return False
    return match.string[match.end() :].lstrip().startswith(tuple(table()["written"]["paired_measures"]))


@cache
def _rules() -> tuple[tuple[re.Pattern[str], Rule], ...]:
    """In order: what a rule has turned into words the next ones do not see."""
    written = {
        name: "|".join(map(re.escape, entries))
        for name, entries in table()["written"].items()
        if isinstance(entries, list)
    }
    whole, cents = r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+)", r"(?:\.(?P<cents>\d+))?"
    money = r"(?P<large>[万亿])?"
    rules: tuple[tuple[str, Rule], ...] = (
        (r"(?<!\d)(?P<year>(?:19|20)\d\d)[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})(?:日|号|(?!\d))", _date),
        (r"(?<!\d)(?P<year>(?:19|20)\d\d)年", _year_alone),
        (r"(?<!\d)(?P<month>1[0-2]|0?[1-9])月(?P<day>[12]\d|3[01]|0?[1-9])[日号]", _day_of_month),
        (rf"((?<!\d){_TIME})\s*[-~～—–至]+\s*(?=\d{{1,2}}[:：])", _time_range),
        (rf"(?P<head>{written['part_of_day_heads']})?(?<!\d){_TIME}(?!\d)", _time),
        (rf"{_EDGE}[¥￥]\s*{whole}{cents}{money}(?:元|块钱|块)?", _sum),
        (rf"{_EDGE}{whole}{cents}{money}(?:元|块钱|块)", _sum),
        (rf"{_EDGE}{whole}{cents}\s*[%％]", _percent),
        (r"(?<![\dA-Za-z])\+?(?:86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)", _phone),
        (r"(?<![\dA-Za-z])(?:[48]00-\d{3,4}-\d{3,4}|0\d{2,3}-\d{7,8}|\+\d{7,15})(?!\d)", _phone),
        (rf"(?P<head>(?:{written['string_heads']})(?:是|为|:|：|\s)*)(?P<digits>\d+)(?![\d.])", _string),
        (
            rf"{_EDGE}(?P<low>\d{{1,4}})\s*[-~～—–至]+\s*(?P<high>\d{{1,4}})(?![\d.])(?=\s*(?:{written['measures']}))",
            _range,
        ),
        (rf"(?<![\d.,])(?:0\d+|\d{{{_SHORTEST_STRING},}})(?![\d.,]*\d)(?!\s*(?:{written['measures']}))", _long_string),
        (rf"{_EDGE}{whole}\.(?P<cents>\d+)(?![\d.]|\s*[A-Za-z℃])", _fraction),
        (r"(?<![\d.,A-Za-z:/-])(?:\d{1,3}(?:,\d{3})+|\d{1,16})(?![\d.,:/A-Za-z%-]*[\dA-Za-z%℃])", _count),
    )
    return tuple((re.compile(pattern, re.ASCII), rule) for pattern, rule in rules)


@cache
def _rest() -> Normalizer:
    return Normalizer(lang="zh", operator="tn")
