"""A report as one HTML file with its charts in it: opens anywhere, loads nothing, runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from voicebot.qa.periods import Period
from voicebot.qa.reporting.figures import BANDS, Figures, GroupFigures, Grouping
from voicebot.qa.reporting.names import Names

_MOST_BARS: Final = 30
"""Groups in one chart; the CSV has all of them."""
_TITLES: Final[tuple[Grouping, ...]] = ("agent", "team", "intent", "kind")


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a chart. `share` (0..1) is how long its bar is; None: there is nothing to draw."""

    title: str
    share: float | None
    value: str
    note: str = ""


def report_page(figures: Figures, names: Names, period: Period, *, title: str, made_at: datetime) -> str:
    environment = Environment(
        loader=PackageLoader("voicebot.qa.reporting", "."), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("report.html").render(
        title=title,
        scorecard=figures.scorecard,
        since=period.since,
        until=period.until or made_at,
        made_at=made_at,
        whole=figures.whole,
        groups={name: _group_bars(figures.groups[name], name, names) for name in _TITLES},
        days=_group_bars(figures.groups["day"][-_MOST_BARS:], "day", names),
        bands=_bands(figures),
        items=_items(figures, names),
        most=_MOST_BARS,
    )


def _group_bars(groups: Sequence[GroupFigures], grouping: Grouping, names: Names) -> list[Bar]:
    return [
        Bar(
            names.of(grouping, group.name) or "—",
            None if group.total is None else group.total / 100,
            "—" if group.total is None else f"{group.total:.1f}",
            f"{group.calls} · {'—' if group.compliance is None else format(group.compliance, '.1f')} · {group.fatal}",
        )
        for group in groups[:_MOST_BARS]
    ]


def _bands(figures: Figures) -> list[Bar]:
    most = max(figures.bands, default=0)
    ends = (*BANDS[1:], 100)
    return [
        Bar(f"{begin}–{end}", count / most if most else None, str(count))
        for begin, end, count in zip(BANDS, ends, figures.bands, strict=True)
    ]


def _items(figures: Figures, names: Names) -> list[Bar]:
    return [
        Bar(
            names.item(each.item),
            each.pass_rate,
            "—" if each.pass_rate is None else f"{each.pass_rate:.0%}",
            f"{each.failed} · {each.for_a_person} · {each.overridden}",
        )
        for each in figures.items
    ]
