"""How the calls are scored: agents beside each other, day by day, and the items that are failed most."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from voicebot.accounts.call_access import reached_calls
from voicebot.accounts.permissions import Action
from voicebot.console.components.columns_chart import ColumnsChart, Series
from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import Figure, box, empty, link, panel
from voicebot.console.pages.scorecard_panel import score_tone
from voicebot.console.pages.span_choice import DAYS, chosen_period, chosen_span, list_span, span_choice
from voicebot.console.shell import framed
from voicebot.console.visit import Visit
from voicebot.qa.review.calibrating import assist_only
from voicebot.store.call_search import NO_AGENT
from voicebot.store.score_figures import ASSISTANT, ItemFigures, ScoreFigures, Standing

LINES: Final = 6
"""Agents with a line of their own."""
BOT: Final = "assistant"
"""How the assistant's calls are asked for in the page's address."""


async def quality(visit: Visit) -> None:
    t, period = visit.t, chosen_period(visit)
    figures = ScoreFigures(visit.sources.store, reached=reached_calls(visit.viewer.actor, Action.VIEW_SCORE))
    asked = visit.asked("of")
    agent = _chosen(visit, asked)
    zone = visit.sources.company.zone
    standings = await figures.by_agent(period)
    by_day = await figures.by_day(period, zone)
    items = await figures.by_item(period, agent=agent)
    dimensions = {} if agent is None else await figures.by_dimension(period, zone, agent=agent)
    advising = {item for of_card in (await assist_only(visit.sources.store)).values() for item in of_card}
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
            if agent is not None and dimensions:
                with panel(t("quality.own_course", name=_name(visit, agent))):
                    _course(visit, agent, by_day, dimensions)
            with box("vb-columns"):
                with panel(t("quality.agents"), flush=True):
                    _agents(visit, standings, asked)
                with panel(t("quality.items"), flush=True) as beside:
                    if agent is not None and asked:
                        with beside:
                            link(t("quality.of_all", name=_name(visit, agent)), f"/quality?span={chosen_span(visit)}")
                    _items(visit, items, agent, advising)


def _chosen(visit: Visit, asked: str) -> str | None:
    """Whose scorecard is shown by itself; an agent looks at their own anyhow."""
    if not asked:
        return visit.viewer.actor.agent_id if visit.viewer.actor.role == "agent" else None
    return ASSISTANT if asked == BOT else asked


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


def _days(visit: Visit) -> list[date]:
    first = chosen_period(visit).since.astimezone(visit.sources.company.zone).date()
    return [first + timedelta(days=ahead) for ahead in range(DAYS[chosen_span(visit)])]


def _course(
    visit: Visit,
    agent: str,
    by_day: Mapping[date, Mapping[str, float]],
    dimensions: Mapping[str, Mapping[date, float]],
) -> None:
    """One agent's scorecard over time: the total, and what it is made of."""
    days = _days(visit)
    total = {day: by_day[day][agent] for day in days if agent in by_day.get(day, {})}
    lines = {visit.t("quality.total"): total, **dict(list(dimensions.items())[: LINES - 1])}
    series = [
        Series(
            title, [None if (value := line.get(day)) is None else round(value, 1) for day in days], f"var(--series-{n})"
        )
        for n, (title, line) in enumerate(lines.items(), 1)
    ]
    name = visit.t("quality.own_course", name=_name(visit, agent))
    ColumnsChart([f"{day:%m-%d}" for day in days], series, name=name, lines=True)


def _over_time(visit: Visit, by_day: Mapping[date, Mapping[str, float]], standings: Mapping[str, Standing]) -> None:
    days = _days(visit)
    busiest = sorted(standings, key=lambda agent: -standings[agent].scored)[:LINES]
    series = []
    for place, agent in enumerate(busiest, 1):
        shown = [_rounded(by_day.get(day, {}).get(agent)) for day in days]
        series.append(Series(_name(visit, agent), shown, f"var(--series-{place})"))
    ColumnsChart([f"{day:%m-%d}" for day in days], series, name=visit.t("quality.over_time"), lines=True)


def _rounded(average: float | None) -> float | None:
    return None if average is None else round(average, 1)


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


def _items(visit: Visit, items: Mapping[str, ItemFigures], agent: str | None, advising: Collection[str]) -> None:
    """advising: items that only assist people."""
    t, titles = visit.t, visit.sources.company.scorecard_items
    of_agent = {} if agent is None else {"agent": agent or NO_AGENT}
    rows = [
        Row(
            [
                Cell(titles.get(item, item), second=t("calibration.assist_only") if item in advising else ""),
                Cell(f"{each.failing:.0%}", share=each.failing),
                str(each.failed),
                str(each.unsure),
            ],
            href=f"/calls?{urlencode({'failed_item': item, **list_span(visit), **of_agent})}",
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
