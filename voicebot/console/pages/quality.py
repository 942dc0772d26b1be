"""How the calls are scored: agents beside each other, day by day, and the items that are failed most."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from voicebot.accounts.call_access import reached_calls
from voicebot.accounts.permissions import Action
from voicebot.console.components.columns_chart import ColumnsChart, Series
from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import Figure, box, empty, link, panel
from voicebot.console.pages.scorecard_panel import score_tone
from voicebot.console.pages.span_choice import DAYS, chosen_period, chosen_span, span_choice
from voicebot.console.shell import framed
from voicebot.console.visit import Visit
from voicebot.store.score_figures import ASSISTANT, ItemFigures, ScoreFigures, Standing

LINES: Final = 6
"""Agents with a line of their own."""
BOT: Final = "assistant"
"""How the assistant's calls are asked for in the page's address."""


async def quality(visit: Visit) -> None:
    t, period = visit.t, chosen_period(visit)
    figures = ScoreFigures(visit.sources.store, reached=reached_calls(visit.viewer.actor, Action.VIEW_SCORE))
    asked = visit.asked("of")
    agent = None if not asked else ASSISTANT if asked == BOT else asked
    standings = await figures.by_agent(period)
    by_day = await figures.by_day(period, visit.sources.company.zone)
    items = await figures.by_item(period, agent=agent)
    with framed(visit.viewer, "quality", t("quality.title")) as tools:
        with tools:
            span_choice(visit, of=asked)
        if not standings:
            with empty("grading", t("quality.none.title"), t("quality.none.what_to_do")):
                return
        with box("vb-stack"):
            _figures(visit, standings)
            with panel(t("quality.over_time")):
                _over_time(visit, by_day, standings)
            with box("vb-columns"):
                with panel(t("quality.agents"), flush=True):
                    _agents(visit, standings, asked)
                with panel(t("quality.items"), flush=True) as beside:
                    if agent is not None:
                        with beside:
                            link(t("quality.of_all", name=_name(visit, agent)), f"/quality?span={chosen_span(visit)}")
                    _items(visit, items, agent)


def _name(visit: Visit, agent: str) -> str:
    return visit.names.agent(agent) or visit.t("who.assistant")


def _figures(visit: Visit, standings: Mapping[str, Standing]) -> None:
    t = visit.t
    scored = sum(each.scored for each in standings.values())
    average = sum(each.average * each.scored for each in standings.values()) / scored
    vetoed = sum(each.vetoed for each in standings.values())
    with box("vb-figure-row"):
        Figure(t("quality.scored"), value=str(scored))
        Figure(t("quality.average"), value=f"{average:.1f}")
        Figure(t("quality.vetoed"), value=str(vetoed), hint=f"{vetoed / scored:.1%}")


def _over_time(visit: Visit, by_day: Mapping[date, Mapping[str, float]], standings: Mapping[str, Standing]) -> None:
    first = chosen_period(visit).since.astimezone(visit.sources.company.zone).date()
    days = [first + timedelta(days=ahead) for ahead in range(DAYS[chosen_span(visit)])]
    busiest = sorted(standings, key=lambda agent: -standings[agent].scored)[:LINES]
    series = []
    for place, agent in enumerate(busiest, 1):
        averages = [by_day.get(day, {}).get(agent) for day in days]
        shown = [None if average is None else round(average, 1) for average in averages]
        series.append(Series(_name(visit, agent), shown, f"var(--series-{place})"))
    ColumnsChart([f"{day:%m-%d}" for day in days], series, name=visit.t("quality.over_time"), lines=True)


def _agents(visit: Visit, standings: Mapping[str, Standing], chosen: str) -> None:
    t = visit.t
    columns = [
        Column(t("call.agent")),
        Column(t("quality.calls"), "5rem", "right"),
        Column(t("quality.average"), "6rem"),
        Column(t("quality.compliance"), "5rem", "right"),
        Column(t("quality.vetoed"), "6rem", "right"),
    ]
    rows = [
        Row(
            [
                _name(visit, agent),
                str(each.scored),
                Cell(f"{each.average:.1f}", tone=score_tone(each.average)),
                "–" if each.compliance is None else f"{each.compliance:.0f}",
                str(each.vetoed),
            ],
            href=f"/quality?{urlencode({'span': chosen_span(visit), 'of': agent or BOT})}",
            id=agent or BOT,
        )
        for agent, each in sorted(standings.items(), key=lambda pair: -pair[1].average)
    ]
    DataTable(columns, name=t("quality.agents")).show(rows, chosen=chosen)


def _items(visit: Visit, items: Mapping[str, ItemFigures], agent: str | None) -> None:
    t, titles = visit.t, visit.sources.company.scorecard_items
    of_agent = {"agent": agent} if agent else {}
    rows = [
        Row(
            [
                titles.get(item, item),
                Cell(f"{each.failing:.0%}", share=each.failing),
                str(each.failed),
                str(each.unsure),
            ],
            href=f"/calls?{urlencode({'failed_item': item, 'span': 'all', **of_agent})}",
            id=item,
        )
        for item, each in sorted(items.items(), key=lambda pair: -pair[1].failing)
    ]
    columns = [
        Column(t("quality.item")),
        Column(t("quality.failing"), "8rem"),
        Column(t("answer.fail"), "4.5rem", "right"),
        Column(t("answer.unsure"), "6.5rem", "right"),
    ]
    DataTable(columns, rows, name=t("quality.items"))
