"""Figures over a period: by agent, team, intent, kind of call and day, and for each item.

The database adds them up. Scores and verdicts are those after review.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

import sqlalchemy as sa

from voicebot.qa.periods import Period
from voicebot.store.review_tables import reviews
from voicebot.store.scores_in_force import scores_in_force as scores
from voicebot.store.scores_in_force import verdicts_in_force as verdicts
from voicebot.store.store import Store
from voicebot.store.tables import calls

Grouping = Literal["agent", "team", "intent", "kind", "day"]
GROUPINGS: Final[tuple[Grouping, ...]] = ("agent", "team", "intent", "kind", "day")
BANDS: Final = (0, 60, 70, 80, 90)
"""Where the bands of totals begin; the last one ends at 100."""


@dataclass(frozen=True, slots=True)
class GroupFigures:
    name: str
    """"" where it is not known: no agent took part, no matter was recognised."""
    calls: int
    scored: int
    """With a total."""
    total: float | None
    """Mean."""
    compliance: float | None
    """Mean."""
    fatal: int
    """Calls in which a fatal item failed."""


@dataclass(frozen=True, slots=True)
class ItemFigures:
    item: str
    passed: int
    failed: int
    not_applicable: int
    for_a_person: int
    overridden: int
    """Verdicts that a reviewer answered otherwise."""

    @property
    def pass_rate(self) -> float | None:
        """Of what was decided."""
        decided = self.passed + self.failed
        return self.passed / decided if decided else None


@dataclass(frozen=True, slots=True)
class Figures:
    scorecard: str
    whole: GroupFigures
    groups: Mapping[Grouping, tuple[GroupFigures, ...]]
    """Most calls first; days in order."""
    items: tuple[ItemFigures, ...]
    """In the scorecard's order."""
    bands: tuple[int, ...]
    """Calls with a total in each of BANDS."""


async def read_figures(store: Store, scorecard: str, period: Period, *, utc_offset: timedelta) -> Figures:
    """Of the current scores with one scorecard. utc_offset: of the days. May raise StoreError."""
    which = sa.and_(period.condition, scores.c.scorecard == scorecard, scores.c.current)
    joined = scores.join(calls, calls.c.id == scores.c.call_id)
    columns: dict[Grouping, sa.ColumnElement[Any]] = {
        "agent": sa.func.coalesce(calls.c.agent_id, ""),
        "team": sa.func.coalesce(calls.c.team, ""),
        "intent": sa.func.coalesce(scores.c.intent, ""),
        "kind": scores.c.kind,
        "day": _day(store, utc_offset),
    }
    groups = {name: await _grouped(store, joined, which, column) for name, column in columns.items()}
    groups["day"] = tuple(sorted(groups["day"], key=lambda group: group.name))
    (whole,) = await _grouped(store, joined, which, sa.literal("")) or (GroupFigures("", 0, 0, None, None, 0),)
    items = await _items(store, joined, which)
    return Figures(scorecard, whole, groups, items, await _bands(store, joined, which))


async def _grouped(
    store: Store, joined: sa.FromClause, which: sa.ColumnElement[bool], column: sa.ColumnElement[Any]
) -> tuple[GroupFigures, ...]:
    query = (
        sa.select(
            column.label("name"),
            sa.func.count().label("calls"),
            sa.func.count(scores.c.total).label("scored"),
            sa.func.avg(scores.c.total).label("total"),
            sa.func.avg(scores.c.compliance).label("compliance"),
            sa.func.sum(sa.case((sa.cast(scores.c.fatal, sa.Text) != "[]", 1), else_=0)).label("fatal"),
        )
        .select_from(joined)
        .where(which)
        .group_by(sa.text("1"))
        .order_by(sa.text("2 DESC"), sa.text("1"))
    )
    return tuple(GroupFigures(**{**row, "name": str(row["name"])}) for row in await store.read(query))


async def _items(store: Store, joined: sa.FromClause, which: sa.ColumnElement[bool]) -> tuple[ItemFigures, ...]:
    def count(answer: str) -> sa.ColumnElement[int]:
        return sa.func.sum(sa.case((verdicts.c.answer == answer, 1), else_=0))

    query = (
        sa.select(
            verdicts.c.item,
            count("pass").label("passed"),
            count("fail").label("failed"),
            count("not_applicable").label("not_applicable"),
            count("unsure").label("for_a_person"),
        )
        .select_from(joined.join(verdicts, verdicts.c.score_id == scores.c.id))
        .where(which)
        .group_by(verdicts.c.item)
        .order_by(sa.func.min(verdicts.c.place), verdicts.c.item)
    )
    overridden = await _overridden(store, joined, which)
    return tuple(ItemFigures(**row, overridden=overridden.get(row["item"], 0)) for row in await store.read(query))


async def _overridden(store: Store, joined: sa.FromClause, which: sa.ColumnElement[bool]) -> Mapping[str, int]:
    same = sa.and_(reviews.c.call_id == scores.c.call_id, reviews.c.scorecard == scores.c.scorecard)
    query = (
        sa.select(reviews.c.item, sa.func.count(sa.distinct(reviews.c.call_id)).label("calls"))
        .select_from(joined.join(reviews, same))
        .where(which, reviews.c.answer != reviews.c.machine_answer, sa.not_(reviews.c.blind))
        .group_by(reviews.c.item)
    )
    return {row["item"]: row["calls"] for row in await store.read(query)}


async def _bands(store: Store, joined: sa.FromClause, which: sa.ColumnElement[bool]) -> tuple[int, ...]:
    ends = (*BANDS[1:], None)
    total = scores.c.total
    counts = [
        sa.func.sum(sa.case((sa.and_(total >= begin, sa.true() if end is None else total < end), 1), else_=0))
        for begin, end in zip(BANDS, ends, strict=True)
    ]
    labelled = [count.label(f"band_{place}") for place, count in enumerate(counts)]
    (row,) = await store.read(sa.select(*labelled).select_from(joined).where(which))
    return tuple(int(row[f"band_{place}"] or 0) for place in range(len(BANDS)))


def _day(store: Store, utc_offset: timedelta) -> sa.ColumnElement[Any]:
    seconds = int(utc_offset.total_seconds())
    if store.is_sqlite:
        return sa.func.date(calls.c.started_at, f"{seconds:+d} seconds")
    shifted = sa.func.timezone("UTC", calls.c.started_at) + timedelta(seconds=seconds)
    return sa.func.to_char(shifted, "YYYY-MM-DD")
