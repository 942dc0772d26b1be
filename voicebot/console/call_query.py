"""What a person looks for in the list of calls, as it stands in the page's address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, Literal, get_args
from urllib.parse import parse_qsl, urlencode

from voicebot.store.call_search import CallFilter

Span = Literal["today", "yesterday", "week", "month", "all", "dates"]
SPANS: Final[tuple[Span, ...]] = get_args(Span)
_DAYS: Final[Mapping[Span, tuple[int, int]]] = {
    "today": (0, 1),
    "yesterday": (-1, 0),
    "week": (-6, 1),
    "month": (-29, 1),
}
"""First day and day after the last, counted from today."""
_TEXTS: Final = (
    "words",
    "number",
    "intent",
    "province",
    "dialect",
    "outcome",
    "emotion",
    "agent",
    "score",
    "failed_item",
)
_LONGEST: Final = 200
_NO_DIGIT: Final = re.compile("[^0-9+]")
"""What people write between the digits of a number."""


@dataclass(frozen=True, slots=True)
class CallQuery:
    """Empty strings do not matter. `first` and `last` are days of the span "dates"."""

    span: Span = "week"
    first: date | None = None
    last: date | None = None
    words: str = ""
    number: str = ""
    intent: str = ""
    province: str = ""
    dialect: str = ""
    outcome: str = ""
    emotion: str = ""
    agent: str = ""
    score: str = ""
    failed_item: str = ""
    page: int = 0
    """Counted from 0."""

    @classmethod
    def parsed(cls, given: Mapping[str, str]) -> CallQuery:
        """From an address's parameters; what makes no sense counts as not given."""
        texts = {name: given.get(name, "").strip()[:_LONGEST] for name in _TEXTS}
        texts["number"] = _NO_DIGIT.sub("", texts["number"])
        page = given.get("page", "0")
        return cls(
            span=next((span for span in SPANS if span == given.get("span")), "week"),
            first=day_in(given.get("first", "")),
            last=day_in(given.get("last", "")),
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 0,
            **texts,
        )

    def address(self) -> str:
        """The parameters that say the same, without what is as usual."""
        given: dict[str, object] = {name: getattr(self, name) for name in _TEXTS}
        given |= {"span": "" if self.span == "week" else self.span, "page": self.page}
        if self.span == "dates":
            given |= {"first": self.first or "", "last": self.last or ""}
        return urlencode({name: str(value) for name, value in given.items() if value})

    def changed(self, **fields: str) -> CallQuery:
        """Another query, from its first page on."""
        return self.parsed({**dict(parse_qsl(self.address())), "page": "0", **fields})

    def filter(self, now: datetime, zone: tzinfo) -> CallFilter:
        """Days are those of `zone`."""
        first, after = self._days(now.astimezone(zone).date())
        return CallFilter(
            since=_midnight(first, zone),
            until=_midnight(after, zone),
            **{name: getattr(self, name) for name in _TEXTS},
        )

    def _days(self, today: date) -> tuple[date | None, date | None]:
        if self.span == "dates":
            if self.first and self.last and self.last < self.first:
                return replace(self, first=self.last, last=self.first)._days(today)
            return self.first, self.last + timedelta(days=1) if self.last else None
        if self.span not in _DAYS:
            return None, None
        first, after = _DAYS[self.span]
        return today + timedelta(days=first), today + timedelta(days=after)


def day_in(text: str) -> date | None:
    """A day that calls can be of: a year that is still being typed is none yet."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None


def _midnight(day: date | None, zone: tzinfo) -> datetime | None:
    return datetime.combine(day, time(), zone).astimezone(UTC) if day else None
