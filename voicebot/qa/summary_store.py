"""Summaries of calls in the store, with the tasks that promises become."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.engine import Connection

from voicebot.company import Company
from voicebot.events import TaskCreated
from voicebot.qa.summary import CallSummary, Summarised, summarise
from voicebot.store import rows, tables
from voicebot.store.recording_tables import recording_gaps
from voicebot.store.records import CallRecord
from voicebot.store.store import Store
from voicebot.store.summary_tables import call_summaries

_ADAPTER: TypeAdapter[CallSummary] = TypeAdapter(CallSummary)


class SummaryStore:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def make(self, company: Company, call: CallRecord, *, now: datetime) -> Summarised:
        """Summarise a call that has ended, and keep it. Doing it again replaces the summary and adds no task twice."""
        turns, tasks = await self._store.turns(call.id), await self._store.tasks(call_id=call.id)
        made = summarise(company, call, turns, tasks)
        for task in made.follow_ups:
            event = TaskCreated(call.id, now, task.id, task.kind, task.summary, task.due_at)
            await self._store.add_task(task, events=[event])
        await self._store.transact(lambda connection: _replace(connection, call.id, made.summary, now))
        return made

    async def of(self, call_id: str) -> CallSummary | None:
        query = sa.select(call_summaries.c.summary).where(call_summaries.c.call_id == call_id)
        found = await self._store.read(query)
        return _ADAPTER.validate_python(found[0]["summary"]) if found else None

    async def unfinished(self, limit: int) -> Sequence[CallRecord]:
        """Ended calls without a summary, or with secrets in their recording; the one that ended last comes first."""
        calls = tables.calls
        ended = calls.c.ended_at.is_not(None)
        bare = sa.select(calls.c.id).where(ended, sa.not_(calls.c.summarised))
        gaps = recording_gaps.c
        audible = sa.select(gaps.call_id).where(gaps.cause == "secret", gaps.silenced_at.is_(None))
        query = sa.select(calls).where(ended, calls.c.id.in_(bare.union(audible)))
        found = await self._store.read(query.order_by(calls.c.ended_at.desc(), calls.c.id).limit(limit))
        return [rows.record(CallRecord, row) for row in found]


async def mark_broken(store: Store, now: datetime) -> int:
    """Mark promises whose time has passed without their being done, or before they were. Returns how many."""
    table = tables.tasks
    late = sa.or_(
        sa.and_(table.c.status == "open", table.c.due_at < now),
        sa.and_(table.c.status == "done", table.c.done_at > table.c.due_at),
    )
    return await store.write(sa.update(table).where(table.c.broken_at.is_(None), late).values(broken_at=now))


def _replace(connection: Connection, call_id: str, summary: CallSummary, now: datetime) -> None:
    connection.execute(sa.delete(call_summaries).where(call_summaries.c.call_id == call_id))
    values = {"call_id": call_id, "made_at": now.astimezone(UTC), "summary": _ADAPTER.dump_python(summary, mode="json")}
    connection.execute(call_summaries.insert().values(values))
    connection.execute(sa.update(tables.calls).where(tables.calls.c.id == call_id).values(summarised=True))
