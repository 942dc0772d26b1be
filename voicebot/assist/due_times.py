"""By when something will be done, as agents say it: 明天下午三点前, 24小时内, 两个工作日内, 下周三, 下班前.

Every expression becomes the moment at which it is overdue. Now is an argument, in the company's time zone.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

from voicebot.company.model import Model
from voicebot.company.packaged import packaged
from voicebot.dialogue.dates import spoken_date
from voicebot.dialogue.digits import whole_number
from voicebot.dialogue.lexicon import lexicon

_NUMBER = "[0-9零一二两三四五六七八九十]"
_COUNTED = re.compile("[一二两三四五六七八九]{2}")
"""两三天: either of two numbers that follow each other; not 23."""
_SATURDAY = 5
_FARTHEST_DAYS = 366
_LAST_EARLY_HOUR = 7
"""Up to here an hour without a part of the day is meant in the afternoon: nobody is rung up at three in the night."""


class DueWords(Model):
    """data/due_times.toml"""

    after: tuple[str, ...]
    within: tuple[str, ...]
    minutes: Mapping[str, int]
    days: Mapping[str, int]
    working_days: Mapping[str, int]
    near_days: Mapping[str, int]
    parts: Mapping[str, time]
    part_of_day_name: Mapping[str, str]
    ends: Mapping[str, tuple[str, ...]]
    no_time: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """`text[start:end]` says that something is due `at`."""

    at: datetime
    start: int
    end: int


def due_times(text: str, now: datetime, day_ends: time) -> list[Due]:
    """Every time in `text` that lies ahead of `now`, in order. day_ends: when what was due on a day is overdue."""
    found = []
    for match in _pattern().finditer(text):
        at = _moment(match, now, day_ends) if match[0] else None
        if at is not None and at > now:
            found.append(Due(at, match.start(), match.end()))
    return found


def _moment(match: re.Match[str], now: datetime, day_ends: time) -> datetime | None:
    if match["unit"]:
        return _after_duration(match, now, day_ends)
    if match["month_end"]:
        last = calendar.monthrange(now.year, now.month)[1]
        return datetime.combine(date(now.year, now.month, last), day_ends, now.tzinfo)
    return _at_day(match, now, day_ends)


def _after_duration(match: re.Match[str], now: datetime, day_ends: time) -> datetime | None:
    words, unit = _words(), match["unit"]
    count = _count(match["most"] or match["count"])
    if count is None:
        return None
    if unit in words.minutes:
        return _later(now, timedelta(minutes=round(words.minutes[unit] * (count + (0.5 if match["half"] else 0)))))
    if unit in words.working_days:
        return (
            _end_of(_working_days_later(now.date(), round(count)), now, day_ends) if count <= _FARTHEST_DAYS else None
        )
    later = _later(now, timedelta(days=words.days[unit] * count))
    return _end_of(later.date(), now, day_ends) if later else None


def _count(text: str) -> float | None:
    if text == "半":
        return 0.5
    return whole_number(text[1] if _COUNTED.fullmatch(text) else text)


def _later(now: datetime, by: timedelta) -> datetime | None:
    return now + by if by.days <= _FARTHEST_DAYS else None


def _working_days_later(day: date, count: int) -> date:
    """Weekends are skipped; public holidays are not known here."""
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < _SATURDAY
    return day


def _end_of(day: date, now: datetime, day_ends: time) -> datetime:
    return datetime.combine(day, day_ends, now.tzinfo)


def _at_day(match: re.Match[str], now: datetime, day_ends: time) -> datetime | None:
    words = _words()
    if match[0] in words.no_time or not any(match[name] for name in ("day", "week", "part", "hour", "day_end")):
        return None
    day = _day(match["day"], now.date()) if match["day"] else _week_end(match, now.date())
    if (match["day"] or match["week"]) and day is None:
        return None
    part = match["part"] or words.part_of_day_name.get(match["day"] or "", "")
    hour = None if match["hour"] is None else _count(match["hour"])
    if match["hour"] is None or match["after"]:
        at = _end_of(day or now.date(), now, words.parts[part] if part and not match["after"] else day_ends)
    elif hour is None or hour > 24 or (clock := _clock(int(hour), match, part)) is None:
        return None
    else:
        at = datetime.combine(day or now.date(), clock, now.tzinfo)
    if day is None and at <= now and not match["day_end"]:
        at += timedelta(days=1)
    return at


def _day(text: str, today: date) -> date | None:
    near = {**_words().near_days, **lexicon().days}
    if text in near:
        return today + timedelta(days=near[text])
    if text.startswith(tuple(key for key, weeks in lexicon().weeks.items() if weeks < 0)):
        return None
    # 周三 or 5号 that has gone by means the next one
    ahead = (spoken_date(text, today + timedelta(days=shift)) for shift in (0, 7, 28))
    return next((day for day in ahead if day is not None and day >= today), None)


def _week_end(match: re.Match[str], today: date) -> date | None:
    """本周, 下周 without a day: its last one."""
    if not match["week"]:
        return None
    weeks = lexicon().weeks.get(match["which"] or "", 0)
    return today + timedelta(weeks=weeks, days=6 - today.weekday())


def _clock(hour: int, match: re.Match[str], part: str) -> time | None:
    over = _words().parts[part] if part else time(18 if 1 <= hour <= _LAST_EARLY_HOUR else 12)
    if hour < 12 and (over > time(13) or (over == time(13) and hour < 10)):  # 中午十一点 is before noon
        hour += 12
    quarters = 2 if match["half_past"] else _count(match["quarters"] or "零") or 0
    minute = 15 * quarters + (_count(match["minute"] or "零") or 0)
    return time(hour % 24, round(minute)) if minute < 60 else None


@cache
def _words() -> DueWords:
    return packaged(DueWords, "voicebot.assist", "due_times")


@cache
def _pattern() -> re.Pattern[str]:
    """A duration, the end of the month, or a day with a part of it and a clock time, each of which may be missing."""
    words = _words()
    units = _any({**words.minutes, **words.days, **words.working_days})
    after, within, parts, office = map(_any, (words.after, words.within, words.parts, words.ends["day"]))
    weeks = _any(lexicon().weeks)
    day = "|".join((
        _any({**words.near_days, **lexicon().days}),
        f"{weeks}?(?:周|星期|礼拜)[一二三四五六日天1-7]",
        f"(?:{_NUMBER}{{1,3}}月)?{_NUMBER}{{1,3}}[号日](?![线楼店门柜仓])",
    ))  # fmt: skip
    week = f"(?P<which>{weeks})(?:周|星期|礼拜)末?"
    minutes = f"(?P<half_past>半)|(?P<quarters>[一三])刻|(?P<minute>{_NUMBER}{{1,3}})"
    clock = f"(?P<hour>{_NUMBER}{{1,3}})[点时:：](?:{minutes})?[分钟整]?"
    return re.compile(
        f"(?P<count>半|{_NUMBER}{{1,4}})(?:[到至~-](?P<most>{_NUMBER}{{1,4}}))?个?(?P<half>半)?"
        f"(?P<unit>{units})(?:{within}|{after})"
        f"|(?P<month_end>{_any(words.ends['month'])}){within}?"
        f"|(?:(?P<day>{day})|(?P<week>{week}))?的?(?P<part>{parts})?的?(?:{clock})?(?P<day_end>{office})?"
        f"(?:(?P<after>{after})|{within})?"
    )


def _any(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})"
