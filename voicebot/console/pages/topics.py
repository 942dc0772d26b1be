"""What callers want, over time: intents by day, and how the calls with each of them ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from voicebot.console.components.columns_chart import ColumnsChart, Series
from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import box, empty, panel
from voicebot.console.pages.span_choice import DAYS, chosen_period, chosen_span, list_span, span_choice
from voicebot.console.shell import framed
from voicebot.console.visit import Visit
from voicebot.store.call_figures import IntentFigures

SHOWN: Final = 6
"""Intents with a line of their own; more lines than that cannot be told apart."""
_COLOURS: Final = tuple(f"var(--series-{number})" for number in range(1, SHOWN + 1))


async def topics(visit: Visit) -> None:
    t = visit.t
    period = chosen_period(visit)
    by_day = await visit.figures.intents_by_day(period, visit.sources.company.zone)
    found = await visit.figures.intents(period)
    by_intent = {intent: figures for intent, figures in found.items() if visit.names.is_matter(intent)}
    with framed(visit.viewer, "topics", t("topics.title")) as tools:
        with tools:
            span_choice(visit)
        if not by_intent:
            with empty("insights", t("topics.none.title"), t("topics.none.what_to_do")):
                return
        with box("vb-stack"):
            with panel(t("topics.over_time")):
                _over_time(visit, by_day, period.since.astimezone(visit.sources.company.zone).date())
            with panel(t("topics.by_intent"), flush=True):
                _by_intent(visit, by_intent)


def _over_time(visit: Visit, by_day: Mapping[date, Counter[str]], first: date) -> None:
    days = [first + timedelta(days=ahead) for ahead in range(DAYS[chosen_span(visit)])]
    total: Counter[str] = Counter()
    for counted in by_day.values():
        total.update({intent: calls for intent, calls in counted.items() if visit.names.is_matter(intent)})
    series = [
        Series(visit.names.intent(intent), [by_day.get(day, Counter())[intent] for day in days], colour)
        for (intent, _), colour in zip(total.most_common(SHOWN), _COLOURS, strict=False)
    ]
    ColumnsChart([f"{day:%m-%d}" for day in days], series, name=visit.t("topics.over_time"), lines=len(days) > 1)


def _by_intent(visit: Visit, by_intent: Mapping[str, IntentFigures]) -> None:
    t, names = visit.t, visit.names
    columns = [
        Column(t("call.intent"), "14rem"),
        Column(t("topics.calls")),
        Column(t("topics.resolved"), "12rem"),
        Column(t("topics.upset"), "12rem"),
    ]
    most = max(figures.calls for figures in by_intent.values())
    in_order = sorted(by_intent.items(), key=lambda each: -each[1].calls)
    DataTable(
        columns,
        [
            Row(
                [
                    names.intent(intent),
                    Cell(str(figures.calls), share=figures.calls / most),
                    Cell(f"{figures.resolved / figures.calls:.0%}", share=figures.resolved / figures.calls),
                    Cell(f"{figures.upset / figures.calls:.0%}", share=figures.upset / figures.calls),
                ],
                href=f"/calls?{urlencode({'intent': intent, **list_span(visit)})}",
                id=intent,
            )
            for intent, figures in in_order
        ],
        name=t("topics.by_intent"),
    )
