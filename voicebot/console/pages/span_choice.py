"""The choice of a span of time, in the page's address, for pages with figures."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final

from voicebot.console.call_query import SPANS
from voicebot.console.components.parts import box, link
from voicebot.console.visit import Visit
from voicebot.store.call_figures import Period

DAYS: Final = {"today": 1, "week": 7, "month": 30, "quarter": 90}
_USUAL: Final = "week"


def chosen_span(visit: Visit) -> str:
    asked = visit.asked("span")
    return asked if asked in DAYS else _USUAL


def chosen_period(visit: Visit) -> Period:
    """Whole days of the company's time zone, up to the end of today."""
    zone = visit.sources.company.zone
    today = datetime.now(zone).date()
    after = datetime.combine(today + timedelta(days=1), time(), zone).astimezone(UTC)
    first = datetime.combine(today - timedelta(days=DAYS[chosen_span(visit)] - 1), time(), zone).astimezone(UTC)
    return Period(first, after)


def list_span(visit: Visit) -> dict[str, str]:
    """The same days in the address of the list of calls, which knows no quarter: what is counted is what it lists."""
    span = chosen_span(visit)
    if span in SPANS:
        return {"span": span}
    last = datetime.now(visit.sources.company.zone).date()
    return {"span": "dates", "first": f"{last - timedelta(days=DAYS[span] - 1)}", "last": f"{last}"}


def span_choice(visit: Visit, **kept: str) -> None:
    """Links to the same page for each span; kept: further parameters of its address."""
    chosen = chosen_span(visit)
    further = "".join(f"&{name}={value}" for name, value in kept.items() if value)
    with box("vb-choices"):
        for span in DAYS:
            element = link(visit.t(f"span.{span}"), f"{visit.request.url.path}?span={span}{further}", "vb-choice")
            if span == chosen:
                element.props["aria-current"] = "true"
