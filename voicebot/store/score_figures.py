"""Figures over scores after review: by agent, by day and by item of the scorecards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo

import sqlalchemy as sa

from voicebot.store.call_figures import Period
from voicebot.store.scores_in_force import scores_in_force as scores
from voicebot.store.scores_in_force import verdicts_in_force as verdicts
from voicebot.store.store import Store
from voicebot.store.tables import calls

ASSISTANT = ""
"""In place of an agent's id: calls that the assistant had alone."""
_SCORED_CALLS = scores.join(calls, calls.c.id == scores.c.call_id)
_AGENT = sa.func.coalesce(calls.c.agent_id, ASSISTANT).label("agent")


@dataclass(frozen=True, slots=True)
class Standing:
    """How one agent's calls, or the assistant's, were scored."""

    scored: int
    """Scores with a total."""
    average: float
    """Of the totals, 0..100."""
    vetoed: int
    """Scores with a failed fatal item."""
    compliance: float | None


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """How calls did in one item; where it does not apply they are not counted."""

    passed: int = 0
    failed: int = 0
    unsure: int = 0

    @property
    def failing(self) -> float:
        """Share of the decided ones, 0..1."""
        decided = self.passed + self.failed
        return self.failed / decided if decided else 0.0


class ScoreFigures:
    """Current scores of the calls that somebody reaches. Every method may raise StoreError."""

    def __init__(self, store: Store, *, reached: sa.ColumnElement[bool]) -> None:
        """reached: condition on `calls`."""
        self._store = store
        self._reached = reached

    async def by_agent(self, period: Period) -> dict[str, Standing]:
        """Agent id or ASSISTANT -> standing."""
        vetoed = sa.func.sum(sa.case((sa.cast(scores.c.fatal, sa.Text) != "[]", 1), else_=0))
        average, compliance = sa.func.avg(scores.c.total), sa.func.avg(scores.c.compliance)
        columns = (sa.func.count().label("n"), average.label("average"), vetoed.label("vetoed"))
        query = sa.select(_AGENT, *columns, compliance.label("compliance")).select_from(_SCORED_CALLS)
        found = await self._store.read(query.where(self._in(period), scores.c.total.is_not(None)).group_by(_AGENT))
        return {
            row["agent"]: Standing(row["n"], float(row["average"]), row["vetoed"], row["compliance"]) for row in found
        }

    async def by_day(self, period: Period, zone: tzinfo) -> dict[date, Mapping[str, float]]:
        """Day in `zone` -> agent id or ASSISTANT -> average total."""
        query = sa.select(calls.c.started_at, _AGENT, scores.c.total).select_from(_SCORED_CALLS)
        totals: defaultdict[date, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for row in await self._store.read(query.where(self._in(period), scores.c.total.is_not(None))):
            totals[row["started_at"].astimezone(zone).date()][row["agent"]].append(row["total"])
        return {
            day: {agent: sum(found) / len(found) for agent, found in by_agent.items()}
            for day, by_agent in totals.items()
        }

    async def by_dimension(self, period: Period, zone: tzinfo, *, agent: str) -> dict[str, Mapping[date, float]]:
        """Title of a dimension -> day in `zone` -> average of its scores, in the order of the scorecards.

        agent: of this agent's calls; ASSISTANT: of those without one.
        """
        query = sa.select(calls.c.started_at, scores.c.dimensions).select_from(_SCORED_CALLS)
        query = query.where(self._in(period), _AGENT.element == agent).order_by(calls.c.started_at)
        found: defaultdict[str, defaultdict[date, list[float]]] = defaultdict(lambda: defaultdict(list))
        for row in await self._store.read(query):
            for dimension in row["dimensions"]:
                if dimension["score"] is not None:
                    found[dimension["title"]][row["started_at"].astimezone(zone).date()].append(dimension["score"])
        return {
            title: {day: sum(scored) / len(scored) for day, scored in by_day.items()} for title, by_day in found.items()
        }

    async def by_item(self, period: Period, *, agent: str | None = None) -> dict[str, ItemFigures]:
        """Item -> figures. agent: of this agent's calls only; ASSISTANT: of those without one."""
        query = sa.select(verdicts.c.item, verdicts.c.answer, sa.func.count().label("n"))
        query = query.select_from(_SCORED_CALLS.join(verdicts, verdicts.c.score_id == scores.c.id))
        query = query.where(self._in(period), verdicts.c.answer != "not_applicable")
        if agent is not None:
            query = query.where(_AGENT.element == agent)
        found: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for row in await self._store.read(query.group_by(verdicts.c.item, verdicts.c.answer)):
            found[row["item"]][row["answer"]] = row["n"]
        return {
            item: ItemFigures(counts.get("pass", 0), counts.get("fail", 0), counts.get("unsure", 0))
            for item, counts in found.items()
        }

    def _in(self, period: Period) -> sa.ColumnElement[bool]:
        within = sa.and_(calls.c.started_at >= period.since, calls.c.started_at < period.until)
        return sa.and_(self._reached, scores.c.current, within)
