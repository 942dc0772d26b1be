"""The job that deletes what has been kept as long as its class allows: recordings, transcripts, whole calls, tasks,
events, the audit log. Calls under a legal hold are left alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from voicebot.privacy.audit import Audit, append
from voicebot.privacy.data_map import HOLDINGS, NamesCall, RetentionClass, table
from voicebot.privacy.deleting import MOST_AT_ONCE, delete_files, delete_rows_of_calls, forget_words, is_held
from voicebot.privacy.settings import RetentionSection
from voicebot.store import tables
from voicebot.store.store import Store, StoreError

log = structlog.get_logger(__name__)

EVERY_S: Final = 3600.0
MOST_TOLD: Final = 10
"""Recordings that could not be deleted which the log names."""
SYSTEM: Final = "system"
"""The actor of jobs in the audit log."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What was deleted, or would be."""

    recordings: int = 0
    transcripts: int = 0
    """Calls whose words are gone."""
    calls: int = 0
    tasks: int = 0
    events: int = 0
    audit_entries: int = 0
    not_deleted: Mapping[str, str] = field(default_factory=dict)
    """Path of a recording that could not be deleted -> why. Its call stays with it, and the next run tries again."""

    @property
    def deleted(self) -> dict[str, int]:
        """How many of what."""
        return {name: count for name, count in asdict(self).items() if name != "not_deleted"}

    @property
    def anything(self) -> bool:
        return any(self.deleted.values())


_Calls = sa.Select[tuple[str, str | None, datetime | None]]
Done = Callable[[str, int], None]
"""Told what, as a field of `Swept` is called, and how many more of it are done."""


def _unheard(_what: str, _count: int) -> None: ...


@dataclass(frozen=True, slots=True)
class _Run:
    """One sweep."""

    actor: str
    done: Done
    stuck: dict[str, str] = field(default_factory=dict)
    """As `Swept.not_deleted`."""


class Sweep:
    """One store's. Recordings lie on the machine that made them: calls of other nodes keep theirs, and their rows."""

    def __init__(self, store: Store, keep: RetentionSection, *, node: str, now: Callable[[], datetime]) -> None:
        self._store = store
        self._keep = keep
        self._node = node
        self._now = now

    async def run_forever(self) -> None:
        """Once an hour until cancelled."""
        while True:
            try:
                swept = await self.run()
                if swept.anything:
                    log.info("data_swept", **swept.deleted)
                if swept.not_deleted:
                    some = dict(list(swept.not_deleted.items())[:MOST_TOLD])
                    log.error("recordings_not_deleted", count=len(swept.not_deleted), recordings=some)
            except (StoreError, OSError) as error:
                log.error("retention_sweep_failed", reason=str(error))
            await asyncio.sleep(EVERY_S)

    async def run(self, *, actor: str = SYSTEM, done: Done = _unheard) -> Swept:
        """Delete what is older than its class allows, and write down what it was.

        A recording that cannot be deleted keeps its call, and the others go. May be broken off anywhere: the next run
        finishes it. May raise StoreError.
        """
        run = _Run(actor, done)
        await self._store.transact(forget_words)  # what a run left that was broken off, should this one be as well
        swept = Swept(
            recordings=await self._in_parts("recordings", self._old_recordings, self._delete_recordings, run),
            transcripts=await self._in_parts("transcripts", self._old_transcripts, self._delete_words, run),
            calls=await self._in_parts("calls", self._old_calls, self._delete_calls, run),
            tasks=await self._noted("tasks", self._delete_tasks, actor),
            events=await self._noted("events", self._delete_events, actor),
            audit_entries=await self._cut_audit(actor),
            not_deleted=run.stuck,
        )
        await self._store.transact(forget_words)
        return swept

    async def preview(self) -> Swept:
        """What `run` would delete of calls; what hangs on them, tasks and events are not counted."""

        async def count(old: Callable[[], _Calls | None]) -> int:
            if (query := old()) is None:
                return 0
            (row,) = await self._store.read(sa.select(sa.func.count().label("count")).select_from(query.subquery()))
            return int(row["count"])

        return Swept(
            recordings=await count(self._old_recordings),
            transcripts=await count(self._old_transcripts),
            calls=await count(self._old_calls),
        )

    def _before(self, days: int) -> datetime | None:
        return self._now() - timedelta(days=days) if days else None

    # Which calls

    def _ended_before(self, days: int) -> _Calls | None:
        before = self._before(days)
        if before is None:
            return None
        calls = tables.calls.c
        query = sa.select(calls.id, calls.recording_path, calls.ended_at)
        query = query.where(calls.ended_at < before, sa.not_(is_held(calls.id)))
        return query.order_by(calls.ended_at, calls.id)

    def _old_recordings(self) -> _Calls | None:
        query = self._ended_before(self._keep.recordings_days)
        here = tables.calls.c.node == self._node
        return None if query is None else query.where(here, tables.calls.c.recording_path.is_not(None))

    def _old_transcripts(self) -> _Calls | None:
        query = self._ended_before(self._keep.transcripts_days)
        return None if query is None else query.where(sa.exists().where(tables.turns.c.call_id == tables.calls.c.id))

    def _old_calls(self) -> _Calls | None:
        query = self._ended_before(self._keep.calls_days)
        return None if query is None else query.where(tables.calls.c.node == self._node)

    async def _noted(self, what: str, delete: Callable[[Connection], int], actor: str) -> int:
        """Delete, and write down how many in the same transaction: nothing goes that no entry tells of."""
        at = self._now()

        def work(connection: Connection) -> int:
            if deleted := delete(connection):
                append(connection, actor, "data.swept", "store", {what: deleted}, at=at)
            return deleted

        return await self._store.transact(work)

    async def _in_parts(
        self,
        what: str,
        old: Callable[[], _Calls | None],
        delete: Callable[[Connection, Sequence[str]], None],
        run: _Run,
    ) -> int:
        """Files first: a row without its file is mended by the next run, a file without its row by nobody."""
        swept = 0
        after: sa.ColumnElement[bool] = sa.true()
        while (query := old()) is not None:
            found = await self._store.read(query.where(after).limit(MOST_AT_ONCE))
            if not found:
                break
            paths = () if delete == self._delete_words else [row["recording_path"] for row in found]
            _missing, stuck = await asyncio.to_thread(delete_files, filter(None, paths))
            run.stuck.update(stuck)
            if ids := [row["id"] for row in found if row["recording_path"] not in stuck]:
                swept += await self._noted(what, partial(_counted, delete, ids), run.actor)
            run.done(what, len(found))
            after = _later_than(found[-1])
        return swept

    # What of them

    @staticmethod
    def _delete_recordings(connection: Connection, call_ids: Sequence[str]) -> None:
        gone = sa.update(tables.calls).where(tables.calls.c.id.in_(call_ids)).values(recording_path=None)
        connection.execute(gone)

    @staticmethod
    def _delete_words(connection: Connection, call_ids: Sequence[str]) -> None:
        delete_rows_of_calls(connection, call_ids, words_only=True)

    @staticmethod
    def _delete_calls(connection: Connection, call_ids: Sequence[str]) -> None:
        delete_rows_of_calls(connection, call_ids)

    def _delete_tasks(self, connection: Connection) -> int:
        """Those that nobody has to do any more."""
        before = self._before(self._keep.tasks_days)
        if before is None:
            return 0
        tasks = tables.tasks.c
        old = sa.and_(tasks.created_at < before, tasks.status != "open", sa.not_(is_held(tasks.call_id)))
        return connection.execute(sa.delete(tables.tasks).where(old)).rowcount

    def _delete_events(self, connection: Connection) -> int:
        """That could not be told to anybody in all that time; and rows that name calls without hanging on them."""
        deleted = self._delete_named(connection, "events", self._keep.events_days)
        self._delete_named(connection, "calls", self._keep.calls_days)
        before = self._before(self._keep.events_days)
        if before is None:
            return deleted
        old = []
        for row in connection.execute(sa.select(tables.outbox).order_by(tables.outbox.c.id)).mappings():
            if datetime.fromisoformat(json.loads(row["payload"])["at"]) >= before:
                break  # ids grow with time
            old.append(row["id"])
        for start in range(0, len(old), MOST_AT_ONCE):
            some = old[start : start + MOST_AT_ONCE]
            connection.execute(sa.delete(tables.outbox).where(tables.outbox.c.id.in_(some)))
        return deleted + len(old)

    def _delete_named(self, connection: Connection, retention: RetentionClass, days: int) -> int:
        before = self._before(days)
        deleted = 0
        for name, holding in HOLDINGS.items():
            if before is not None and isinstance(holding, NamesCall) and holding.retention == retention:
                rows = table(name)
                old = sa.and_(rows.c[holding.age] < before, sa.not_(is_held(rows.c[holding.column])))
                deleted += connection.execute(sa.delete(rows).where(old)).rowcount
        return deleted

    async def _cut_audit(self, actor: str) -> int:
        before = self._before(self._keep.audit_days)
        return 0 if before is None else await Audit(self._store, now=self._now).cut(before, actor)


def _counted(
    delete: Callable[[Connection, Sequence[str]], None], call_ids: Sequence[str], connection: Connection
) -> int:
    delete(connection, call_ids)
    return len(call_ids)


def _later_than(row: sa.RowMapping) -> sa.ColumnElement[bool]:
    """Behind it in the order in which calls are swept."""
    calls = tables.calls.c
    at, id = sa.literal(row["ended_at"], calls.ended_at.type), sa.literal(row["id"])
    return sa.tuple_(calls.ended_at, calls.id) > sa.tuple_(at, id)
