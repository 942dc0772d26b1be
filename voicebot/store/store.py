"""What the system remembers: an async face over the database, which works on threads of its own.

Every write is committed when its method returns, together with the events that tell about it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from voicebot.events import Event
from voicebot.store import rows, tables
from voicebot.store.database import Database, StoreError
from voicebot.store.orphans import close_orphans
from voicebot.store.place import Place
from voicebot.store.records import (
    CallRecord,
    CustomerRecord,
    OrderRecord,
    OutboxRecord,
    TaskRecord,
    TaskStatus,
    TurnRecord,
)

__all__ = ["Store", "StoreError"]

T = TypeVar("T")


class Store:
    """The store of one process. Every method may raise StoreError, whose message names the remedy.

    async with Store(settings.store_url, node=settings.events.node) as store:
        await store.open_call(call, events=[CallStarted(...)])
    """

    def __init__(self, url: str, *, node: str = "local", patience_s: float = 10.0, readers: int = 0) -> None:
        """readers: threads that read beside the one that writes, so that whoever asks for much holds up nobody else; a
        read that begins after a write sees it. Without them one thread does all, in order."""
        self._database = Database(url, patience_s=patience_s, connections=1 + readers)
        self._node = node
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._reading = ThreadPoolExecutor(readers, thread_name_prefix="store-reader") if readers else self._thread
        self.events_written = asyncio.Event()
        """Set when events were committed; whoever publishes them clears it."""

    @property
    def name(self) -> str:
        """The database as messages name it."""
        return self._database.name

    @property
    def is_sqlite(self) -> bool:
        return self._database.is_sqlite

    async def start(self) -> None:
        """Open the database and bring its schema up to date."""
        await self._on_thread(self._database.migrate)

    async def close(self) -> None:
        """Finish what was begun and let go of the database."""
        if self._reading is not self._thread:
            await asyncio.to_thread(self._reading.shutdown)
        await self._on_thread(self._database.close)
        self._thread.shutdown(wait=False)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # Calls

    async def open_call(self, call: CallRecord, *, events: Sequence[Event] = ()) -> None:
        await self.write(tables.calls.insert().values(node=self._node, **rows.values(call)), events)

    async def answer_call(
        self, call_id: str, at: datetime, *, recording_path: str | None = None, events: Sequence[Event] = ()
    ) -> None:
        changes: dict[str, Any] = {"answered_at": at}
        if recording_path is not None:
            changes["recording_path"] = recording_path
        await self.write(sa.update(tables.calls).where(tables.calls.c.id == call_id).values(changes), events)

    async def end_call(
        self,
        call_id: str,
        at: datetime,
        *,
        outcome: str,
        end_reason: str,
        language: str | None = None,
        recording_path: str | None = None,
        quality: dict[str, Any] | None = None,
        events: Sequence[Event] = (),
    ) -> None:
        """Close the call. `language` and `recording_path` keep what was known before when None."""
        kept = {"language": language, "recording_path": recording_path, "quality": quality}
        changes: dict[str, Any] = {name: value for name, value in kept.items() if value is not None}
        changes |= {"ended_at": at, "outcome": outcome, "end_reason": end_reason}
        await self.write(sa.update(tables.calls).where(tables.calls.c.id == call_id).values(changes), events)

    async def close_orphans(self) -> int:
        """Close this node's calls that a crash left open, as interrupted. Returns how many.

        To be called at start, before the first call. An orphan ends at the last moment known of it.
        """
        orphans = await self.transact(lambda connection: close_orphans(connection, self._node))
        if orphans:
            self.events_written.set()
        return orphans

    async def call(self, call_id: str) -> CallRecord | None:
        found = await self.read(sa.select(tables.calls).where(tables.calls.c.id == call_id))
        return rows.record(CallRecord, found[0]) if found else None

    async def calls(
        self, *, limit: int = 50, caller_number: str | None = None, outcome: str | None = None
    ) -> list[CallRecord]:
        """The latest calls, newest first."""
        table = tables.calls
        query = sa.select(table).order_by(table.c.started_at.desc(), table.c.id).limit(limit)
        if caller_number is not None:
            query = query.where(table.c.caller_number == caller_number)
        if outcome is not None:
            query = query.where(table.c.outcome == outcome)
        return [rows.record(CallRecord, row) for row in await self.read(query)]

    # Turns

    async def add_turn(
        self, *turns: TurnRecord, events: Sequence[Event] = (), dialects: Mapping[str, float] | None = None
    ) -> None:
        """One turn, or several at once: what was said and what is going to be answered.

        dialects: what the caller is believed to speak after them; None: nothing new.
        """

        def work(connection: Connection) -> None:
            connection.execute(tables.turns.insert().values([rows.values(turn) for turn in turns]))
            if dialects is not None:
                of_call = sa.update(tables.calls).where(tables.calls.c.id == turns[0].call_id)
                connection.execute(of_call.values(dialects=dict(dialects)))
            rows.enqueue(connection, self._node, events)

        await self.transact(work)
        if events:
            self.events_written.set()

    async def update_turn(self, turn: TurnRecord, *, events: Sequence[Event] = ()) -> None:
        """Replace the turn of the same call and number, e.g. once it is known what was heard of a reply."""
        table = tables.turns
        which = sa.and_(table.c.call_id == turn.call_id, table.c.seq == turn.seq)
        await self.write(sa.update(table).where(which).values(rows.values(turn)), events)

    async def turns(self, call_id: str) -> list[TurnRecord]:
        table = tables.turns
        query = sa.select(table).where(table.c.call_id == call_id).order_by(table.c.seq)
        return [rows.record(TurnRecord, row) for row in await self.read(query)]

    # Tasks

    async def add_task(self, task: TaskRecord, *, events: Sequence[Event] = ()) -> None:
        await self.write(tables.tasks.insert().values(rows.values(task)), events)

    async def set_task_status(self, task_id: str, status: TaskStatus, *, at: datetime | None = None) -> bool:
        """False when there is no such task. at: when it was done; default: now."""
        table = tables.tasks
        done_at = (at or datetime.now(UTC)) if status == "done" else None
        return (
            await self.write(sa.update(table).where(table.c.id == task_id).values(status=status, done_at=done_at)) > 0
        )

    async def task(self, task_id: str) -> TaskRecord | None:
        found = await self.read(sa.select(tables.tasks).where(tables.tasks.c.id == task_id))
        return rows.record(TaskRecord, found[0]) if found else None

    async def tasks(
        self,
        *,
        limit: int = 50,
        offset: int = 0,
        after: Place | None = None,
        status: str | None = None,
        kind: str | None = None,
        call_id: str | None = None,
        of_calls: sa.ColumnElement[bool] | None = None,
    ) -> list[TaskRecord]:
        """The latest tasks, newest first. after: only those behind it. of_calls: condition on `calls`, which those of
        no call do not meet."""
        table = tables.tasks
        query = sa.select(table).order_by(table.c.created_at.desc(), table.c.id).limit(limit).offset(offset)
        if after is not None:
            query = query.where(after.behind(table.c.created_at, table.c.id))
        for column, wanted in ((table.c.status, status), (table.c.kind, kind), (table.c.call_id, call_id)):
            if wanted is not None:
                query = query.where(column == wanted)
        if of_calls is not None:
            query = query.join(tables.calls).where(of_calls)
        return [rows.record(TaskRecord, row) for row in await self.read(query)]

    async def due_tasks(
        self,
        limit: int = 50,
        *,
        offset: int = 0,
        customer_number: str | None = None,
        of_calls: sa.ColumnElement[bool] | None = None,
    ) -> list[TaskRecord]:
        """Open ones, by when they are due; those that are due at no time come last. customer_number: whose they are.

        of_calls: as with `tasks`.
        """
        table = tables.tasks
        query = sa.select(table).where(table.c.status == "open")
        if customer_number is not None:
            query = query.where(table.c.customer_number == customer_number)
        if of_calls is not None:
            query = query.join(tables.calls).where(of_calls)
        query = query.order_by(table.c.due_at.is_(None), table.c.due_at, table.c.created_at, table.c.id)
        query = query.limit(limit).offset(offset)
        return [rows.record(TaskRecord, row) for row in await self.read(query)]

    # The company's customers and orders

    async def import_company(self, customers: Sequence[CustomerRecord], orders: Sequence[OrderRecord]) -> None:
        """Take over the company's files: known rows are brought up to date, none is deleted."""

        def work(connection: Connection) -> None:
            self._upsert(connection, tables.customers, [rows.values(each) for each in customers])
            self._upsert(connection, tables.orders, [rows.values(each) for each in orders])

        await self.transact(work)

    async def customer_by_number(self, number: str) -> CustomerRecord | None:
        """The customer whose E.164 number this is."""
        found = await self.read(sa.select(tables.customers).where(tables.customers.c.number == number))
        return rows.record(CustomerRecord, found[0]) if found else None

    async def customers(self, *, name: str = "", limit: int = 50, offset: int = 0) -> list[CustomerRecord]:
        """Customers whose name contains `name`, by number."""
        table = tables.customers
        query = sa.select(table).where(table.c.name.contains(name, autoescape=True)).order_by(table.c.number)
        return [rows.record(CustomerRecord, row) for row in await self.read(query.limit(limit).offset(offset))]

    async def order(self, order_number: str) -> OrderRecord | None:
        found = await self.read(sa.select(tables.orders).where(tables.orders.c.order_number == order_number))
        return rows.record(OrderRecord, found[0]) if found else None

    async def orders_of(self, customer_number: str) -> list[OrderRecord]:
        """A customer's orders, newest first."""
        table = tables.orders
        query = sa.select(table).where(table.c.customer_number == customer_number)
        query = query.order_by(table.c.ordered_on.desc(), table.c.order_number.desc())
        return [rows.record(OrderRecord, row) for row in await self.read(query)]

    # Events

    async def enqueue_events(self, events: Sequence[Event]) -> None:
        """Commit events that belong to no row."""
        await self.write(None, events)

    async def pending_events(self, limit: int = 100) -> list[OutboxRecord]:
        """This node's unpublished events, oldest first."""
        table = tables.outbox
        query = sa.select(table).where(table.c.node == self._node).order_by(table.c.id).limit(limit)
        return [rows.record(OutboxRecord, row) for row in await self.read(query)]

    async def forget_events(self, ids: Sequence[int]) -> None:
        """Events that were published."""
        await self.write(sa.delete(tables.outbox).where(tables.outbox.c.id.in_(ids)))

    # How it runs

    async def write(self, statement: sa.UpdateBase | None, events: Sequence[Event] = ()) -> int:
        """Returns how many rows the statement touched."""

        def work(connection: Connection) -> int:
            touched = connection.execute(statement).rowcount if statement is not None else 0
            rows.enqueue(connection, self._node, events)
            return touched

        touched = await self.transact(work)
        if events:
            self.events_written.set()
        return touched

    async def read(self, query: sa.Select[Any]) -> Sequence[sa.RowMapping]:
        """The rows of one query."""

        def work(connection: Connection) -> Sequence[sa.RowMapping]:
            return connection.execute(query).mappings().all()

        return await self._on_thread(lambda: self._database.read(work), self._reading)

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction that is on disk when this returns. It may run more than once."""
        return await self._on_thread(lambda: self._database.write(work))

    async def _on_thread(self, work: Callable[[], T], thread: ThreadPoolExecutor | None = None) -> T:
        """thread: default: the one that writes."""
        # Shielded: a cancelled caller does not take back what its thread is about to commit, nor asks how it went.
        running = asyncio.get_running_loop().run_in_executor(thread or self._thread, work)
        running.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(running)

    def _upsert(self, connection: Connection, table: sa.Table, values: list[dict[str, Any]]) -> None:
        if not values:
            return
        insert = sqlite.insert(table) if self._database.is_sqlite else postgresql.insert(table)
        key = [column.name for column in table.primary_key]
        changes = {name: insert.excluded[name] for name in values[0] if name not in key}
        connection.execute(insert.on_conflict_do_update(index_elements=key, set_=changes), values)
