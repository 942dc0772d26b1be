"""Days as callers say them: 昨天, 上周三, 三天前, 十一月五号. Today is an argument."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from voicebot.dialogue.digits import whole_number
from voicebot.dialogue.lexicon import first_in, lexicon

_NUMBER = "[0-9零一二两三四五六七八九十]"
_CALENDAR = re.compile(f"(?:({_NUMBER}{{2,4}})年)?(?:({_NUMBER}{{1,3}})月(?:份)?)?({_NUMBER}{{1,3}})[号日]")
_WEEKDAY = re.compile("(上上|上个|上|这个|这|本|今个|下个|下下|下)?(?:周|星期|礼拜)([一二三四五六日天1-7])")
_AGO = re.compile(f"({_NUMBER}{{1,3}})(?:天|日)(?:之)?(前|后|以前|以后)")
_WEEKDAYS = {name: index for names in ("一二三四五六日", "1234567") for index, name in enumerate(names)} | {"天": 6}


def spoken_date(text: str, today: date) -> date | None:
    """The first day that `text` names, seen from `today`; a bare month and day is the nearest such day."""
    return _calendar(text, today) or _ago(text, today) or _weekday(text, today) or _relative(text, today)


def _calendar(text: str, today: date) -> date | None:
    for match in _CALENDAR.finditer(text):
        year, month, day = (whole_number(part) if part else None for part in match.groups())
        if day is None:
            continue
        if year is not None:
            year = year if year > 99 else 2000 + year
            found = _day(year, month or today.month, day)
        elif month is not None:
            found = _nearest((_day(today.year + shift, month, day) for shift in (-1, 0, 1)), today)
        else:
            found = _nearest(_in_neighbouring_months(today, day), today)
        if found:
            return found
    return None


def _in_neighbouring_months(today: date, day: int) -> list[date | None]:
    first = today.replace(day=1)
    months = (first - timedelta(days=1), first, first + timedelta(days=32))
    return [_day(month.year, month.month, day) for month in months]


def _nearest(days: Iterable[date | None], today: date) -> date | None:
    found = [day for day in days if day is not None]
    return min(found, key=lambda day: abs(day - today), default=None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _ago(text: str, today: date) -> date | None:
    match = _AGO.search(text)
    count = whole_number(match[1]) if match else None
    if match is None or count is None:
        return None
    return today + timedelta(days=count if "后" in match[2] else -count)


def _weekday(text: str, today: date) -> date | None:
    match = _WEEKDAY.search(text)
    if match is None:
        return None
    weeks = lexicon().weeks.get(match[1] or "", 0)
    monday = today - timedelta(days=today.weekday())
    return monday + timedelta(weeks=weeks, days=_WEEKDAYS[match[2]])


def _relative(text: str, today: date) -> date | None:
    days = lexicon().days
    word = first_in(text, sorted(days, key=len, reverse=True))
    return today + timedelta(days=days[word]) if word else None
