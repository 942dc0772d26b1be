"""Figures over many calls: how many, from where, about what, how they ended, how fast they were answered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from voicebot.store.call_search import LIKELY
from voicebot.store.floor_tables import offers, queue_visits
from voicebot.store.store import Store
from voicebot.store.tables import calls, turns

UPSET: Final = ("angry", "annoyed")
LATENCY_STEP_MS: Final = 10
"""Reply latencies are counted in steps of this, so that any number of them is one small table."""

IN_TIME_S: Final = 20.0
SHORT_ABANDON_S: Final = 5.0
"""Who gives up sooner has rung the wrong number."""


@dataclass(frozen=True, slots=True)
class Period:
    since: datetime
    until: datetime
    """Not including this moment."""


@dataclass(frozen=True, slots=True)
class Latency:
    """How long callers waited for replies, in milliseconds; exact to LATENCY_STEP_MS."""

    replies: int = 0
    median_ms: int | None = None
    p95_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """Of the calls that waited for a human, how many had one in time. Who gives up within SHORT_ABANDON_S has not
    waited, and who still waits is not counted yet."""

    waited: int
    in_time: int
    """Put through to an agent within IN_TIME_S."""


@dataclass(frozen=True, slots=True)
class ProvinceFigures:
    calls: int
    upset: int
    """Calls with an angry or annoyed caller."""
    with_agent: int
    """Calls that a human had."""
    matched: int
    """Of those, the ones in which the agent speaks the caller's dialect."""
    dialects: Mapping[str, int]
    """Calls by dialect, where one is likely."""


@dataclass(frozen=True, slots=True)
class IntentFigures:
    """Calls in which the caller had an intent."""

    calls: int
    resolved: int
    upset: int


class CallFigures:
    """Counts in the database. Every method may raise StoreError."""

    def __init__(self, store: Store, *, reached: sa.ColumnElement[bool] | None = None) -> None:
        """reached: condition on `calls`; without it all of them are counted."""
        self._store = store
        self._reached = sa.true() if reached is None else reached

    def within(self, reached: sa.ColumnElement[bool]) -> CallFigures:
        """The same figures over fewer calls."""
        return CallFigures(self._store, reached=reached)

    async def outcomes(self, period: Period) -> dict[str, int]:
        """Outcome -> calls; "" for those that are going on."""
        counted = (
            sa.select(calls.c.outcome, sa.func.count().label("n")).where(self._in(period)).group_by(calls.c.outcome)
        )
        return {row["outcome"] or "": row["n"] for row in await self._store.read(counted)}

    async def by_hour(self, period: Period) -> dict[datetime, Counter[str]]:
        """Hour (UTC) -> calls by outcome."""
        hour = self._hour(calls.c.started_at).label("hour")
        query = sa.select(hour, calls.c.outcome, sa.func.count().label("n")).where(self._in(period))
        found: defaultdict[datetime, Counter[str]] = defaultdict(Counter)
        for row in await self._store.read(query.group_by(hour, calls.c.outcome)):
            found[_moment(row["hour"])][row["outcome"] or ""] += row["n"]
        return found

    async def intents_by_day(self, period: Period, zone: tzinfo) -> dict[date, Counter[str]]:
        """Day in `zone` -> intent -> calls in which the caller had it."""
        past_hour = (period.since.astimezone(zone).utcoffset() or timedelta()) % timedelta(hours=1)
        hour = self._hour(calls.c.started_at, past_hour).label("hour")
        query = (
            sa.select(hour, turns.c.intent, sa.func.count(sa.distinct(calls.c.id)).label("n"))
            .join_from(calls, turns)
            .where(self._in(period), turns.c.role == "caller", turns.c.intent.is_not(None))
            .group_by(hour, turns.c.intent)
        )
        found: defaultdict[date, Counter[str]] = defaultdict(Counter)
        for row in await self._store.read(query):
            found[(_moment(row["hour"]) - past_hour).astimezone(zone).date()][row["intent"]] += row["n"]
        return found

    async def intents(self, period: Period) -> dict[str, IntentFigures]:
        """Intent of callers -> figures of the calls in which somebody had it."""
        upset = sa.case((_upset(), 1), else_=0).label("upset")
        called = sa.select(calls.c.id, calls.c.outcome, upset).where(self._in(period)).cte("called")
        called = called.prefix_with("MATERIALIZED")  # whether its caller was upset is asked once a call
        had = (
            sa.select(called, turns.c.intent)
            .join_from(called, turns, turns.c.call_id == called.c.id)
            .where(turns.c.role == "caller", turns.c.intent.is_not(None))
            .distinct()
            .subquery()
        )
        resolved = _how_many(had.c.outcome == "resolved").label("resolved")
        counted = (sa.func.count().label("calls"), resolved, sa.func.sum(had.c.upset).label("upset"))
        query = sa.select(had.c.intent, *counted)
        found = await self._store.read(query.group_by(had.c.intent))
        return {row["intent"]: IntentFigures(row["calls"], row["resolved"], row["upset"]) for row in found}

    async def latency(self, period: Period) -> Latency:
        exact = turns.c.reply_latency_ms / LATENCY_STEP_MS
        step: sa.ColumnElement[Any] = sa.cast(sa.func.floor(exact), sa.Integer).label("step")
        query = (
            sa.select(step, sa.func.count().label("n"))
            .join_from(calls, turns)
            .where(self._in(period), turns.c.reply_latency_ms.is_not(None))
            .group_by(step)
        )
        steps = {row["step"]: row["n"] for row in await self._store.read(query)}
        return Latency(sum(steps.values()), _quantile(steps, 0.5), _quantile(steps, 0.95))

    async def service_level(self, period: Period) -> ServiceLevel:
        waited_s = self._seconds(queue_visits.c.left_at) - self._seconds(queue_visits.c.entered_at)
        in_time = sa.and_(queue_visits.c.left_to == "agent", waited_s <= IN_TIME_S)
        gave_up_at_once = sa.and_(queue_visits.c.left_to == "abandoned", waited_s < SHORT_ABANDON_S)
        waited: sa.ColumnElement[Any] = sa.func.count().label("waited")
        counted = sa.select(waited, _how_many(in_time).label("in_time"))
        counted = counted.join_from(calls, queue_visits)
        finished = sa.and_(queue_visits.c.left_at.is_not(None), sa.not_(gave_up_at_once))
        [row] = await self._store.read(counted.where(self._in(period), finished))
        return ServiceLevel(row["waited"], row["in_time"] or 0)

    async def provinces(self, period: Period, dialects: Sequence[str]) -> dict[str, ProvinceFigures]:
        """Province -> figures; `dialects` are the tags that are counted."""
        province, matched = calls.c.region_province, _matched_calls()
        counted = [
            sa.func.count().label("calls"),
            _how_many(_upset()).label("upset"),
            sa.func.count(calls.c.agent_id).label("with_agent"),
            sa.func.count(matched.c.call_id).label("matched"),
        ]
        by_agent = sa.and_(matched.c.call_id == calls.c.id, matched.c.agent_id == calls.c.agent_id)
        joined = calls.outerjoin(matched, by_agent)
        query = sa.select(province, *counted).select_from(joined).where(self._in(period), province.is_not(None))
        found = await self._store.read(query.group_by(province))
        spoken = await self._spoken(period, dialects)
        return {
            row["region_province"]: ProvinceFigures(
                row["calls"], row["upset"], row["with_agent"], row["matched"], spoken[row["region_province"]]
            )
            for row in found
        }

    async def unplaced(self, period: Period) -> int:
        """Calls whose province is not known: from abroad, or without a number that tells one."""
        query = sa.select(sa.func.count().label("calls")).select_from(calls)
        (row,) = await self._store.read(query.where(self._in(period), calls.c.region_province.is_(None)))
        return int(row["calls"])

    async def _spoken(self, period: Period, dialects: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """Province -> dialect -> calls in which it is likely. A call's dialects are read once, not once a dialect."""
        each = sa.func.json_each if self._store.is_sqlite else sa.func.jsonb_each
        share = each(calls.c.dialects).table_valued("key", sa.column("value", JSONB), name="share")
        likely = (share.c.value if self._store.is_sqlite else sa.cast(share.c.value, sa.Float)) >= LIKELY
        query = sa.select(calls.c.region_province, share.c.key, sa.func.count().label("calls"))
        query = query.select_from(calls.join(share, sa.true())).where(
            self._in(period), likely, share.c.key.in_(dialects)
        )
        found: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for row in await self._store.read(query.group_by(calls.c.region_province, share.c.key)):
            found[row["region_province"]][row["key"]] = row["calls"]
        return found

    def _in(self, period: Period) -> sa.ColumnElement[bool]:
        return sa.and_(self._reached, calls.c.started_at >= period.since, calls.c.started_at < period.until)

    def _seconds(self, column: sa.Column[datetime]) -> sa.ColumnElement[float]:
        """A moment in seconds since some fixed one, in both databases."""
        if self._store.is_sqlite:
            return sa.func.julianday(column) * 86_400.0
        return sa.cast(sa.extract("epoch", column), sa.Float)

    def _hour(self, column: sa.Column[datetime], later: timedelta = timedelta()) -> sa.ColumnElement[str]:
        """The hour in UTC of a moment so much later, as text, in both databases."""
        if self._store.is_sqlite:
            return sa.func.strftime("%Y-%m-%d %H", column, f"+{later.total_seconds():.0f} seconds")
        return sa.func.to_char(sa.func.timezone("UTC", column) + later, "YYYY-MM-DD HH24")


def _upset() -> sa.ColumnElement[bool]:
    """Condition on `calls`: somebody in it was upset."""
    return sa.exists().where(turns.c.call_id == calls.c.id, turns.c.emotion.in_(UPSET))


def _matched_calls() -> sa.Subquery:
    """call_id and agent_id, each pair once: that agent had the call, and speaks its caller's dialect.

    To be joined: asked for each call, SQLite looks through all that its agent ever had."""
    pairs = sa.select(offers.c.call_id, offers.c.agent_id)
    return pairs.where(offers.c.joined_at.is_not(None), offers.c.dialect_matched).distinct().subquery("matched_calls")


def _how_many(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _moment(hour: str) -> datetime:
    return datetime.strptime(hour, "%Y-%m-%d %H").replace(tzinfo=UTC)


def _quantile(steps: Mapping[int, int], share: float) -> int | None:
    """The middle of the step in which the wanted one lies."""
    wanted, below = share * sum(steps.values()), 0
    for step, count in sorted(steps.items()):
        below += count
        if below >= wanted:
            return step * LATENCY_STEP_MS + LATENCY_STEP_MS // 2
    return None
