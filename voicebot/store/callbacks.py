"""Callbacks in the store: a promise is kept there, so that no restart forgets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from voicebot.store import rows
from voicebot.store.callback_tables import callbacks
from voicebot.store.store import Store
from voicebot.store.tables import calls, tasks


@dataclass(frozen=True, slots=True)
class CallbackRecord:
    """One promise. Its task has the number, and is open as long as nobody was talked to."""

    task_id: str
    skill: str
    dialects: Mapping[str, float]
    requested_dialect: str | None
    value: float
    emotion: float
    waiting_since: datetime
    """The place in the queue: when the caller began to wait. What was known of them is the call's latest packet."""
    tries: int = 0
    next_at: datetime | None = None
    """Not before; None: as soon as an agent is free."""


@dataclass(frozen=True, slots=True)
class DueCallback:
    """A promise to be kept now."""

    promise: CallbackRecord
    number: str
    call_id: str | None
    """The call in which it was given."""


class CallbackStore:
    """Every method may raise StoreError."""

    def __init__(self, store: Store, node: str) -> None:
        self._store = store
        self._node = node

    async def promised(self, promise: CallbackRecord) -> None:
        await self._store.write(callbacks.insert().values(node=self._node, **asdict(promise)))

    async def due(self, at: datetime) -> Sequence[DueCallback]:
        """Of this node, in the order of their places."""
        due = sa.or_(callbacks.c.next_at.is_(None), callbacks.c.next_at <= at)
        query = (
            sa.select(callbacks, tasks.c.customer_number, tasks.c.call_id)
            .join(tasks, tasks.c.id == callbacks.c.task_id)
            .where(callbacks.c.node == self._node, tasks.c.status == "open", due)
            .order_by(callbacks.c.waiting_since)
        )
        found = await self._store.read(query)
        return [DueCallback(rows.record(CallbackRecord, row), row["customer_number"], row["call_id"]) for row in found]

    async def rung_in(self) -> dict[str, bool]:
        """The promises of this node whose callers have rung themselves since, and are in a call now or were put
        through: task -> whether an agent has had them."""
        promised_in = calls.alias()
        query = (
            sa.select(callbacks.c.task_id, calls.c.agent_id)
            .join(tasks, tasks.c.id == callbacks.c.task_id)
            .join(promised_in, promised_in.c.id == tasks.c.call_id)
            .join(calls, calls.c.caller_number == tasks.c.customer_number)
            .where(callbacks.c.node == self._node, tasks.c.status == "open", calls.c.direction == "inbound")
            .where(calls.c.started_at > promised_in.c.started_at)
            .where(sa.or_(calls.c.ended_at.is_(None), calls.c.agent_id.is_not(None)))
        )
        found: dict[str, bool] = {}
        for row in await self._store.read(query):
            found[row["task_id"]] = found.get(row["task_id"], False) or row["agent_id"] is not None
        return found

    async def tried(self, task_id: str, tries: int, next_at: datetime) -> None:
        """How often by now, and when again."""
        changes = {"tries": tries, "next_at": next_at}
        await self._store.write(sa.update(callbacks).where(callbacks.c.task_id == task_id).values(changes))

    async def left_to_people(self, task_id: str) -> None:
        """The task stays, and nobody is dialled for it any more."""
        await self._store.write(sa.delete(callbacks).where(callbacks.c.task_id == task_id))
