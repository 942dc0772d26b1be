"""What webhooks are told, in the store: what is due, what came of it, what was given up."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from voicebot.privacy.audit import append
from voicebot.store import rows
from voicebot.store.store import Store
from voicebot.store.webhook_tables import webhook_deliveries, webhooks
from voicebot.webhooks.book import Webhook, WebhookError, gone
from voicebot.webhooks.schedule import next_attempt

TEST: Final = "test"
"""The event that somebody sends to see whether it arrives: made once, not told by any call."""
LEASE: Final = timedelta(minutes=2)
"""After this a delivery that somebody took and did not finish, because the process died, is anybody's again."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one webhook."""

    id: int
    webhook_id: str
    event: str
    call_id: str
    payload: str
    """The event, as JSON."""
    attempts: int
    """Made so far."""
    next_at: datetime | None
    delivered_at: datetime | None
    last_error: str
    created_at: datetime

    @property
    def state(self) -> str:
        if self.delivered_at is not None:
            return "delivered"
        return "dead" if self.next_at is None else "waiting"


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery to be made now."""

    delivery: Delivery
    url: str
    secret: str = field(repr=False)


class Deliveries:
    """Every method may raise StoreError. by: who does it, as the audit log names them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def latest(self, *, limit: int, state: str | None = None, webhook_id: str | None = None) -> list[Delivery]:
        """Of all webhooks, the last first. state: waiting, delivered or dead. webhook_id: only of this one."""
        table = webhook_deliveries
        query = sa.select(table).order_by(table.c.id.desc()).limit(limit)
        if state is not None:
            query = query.where(_in_state(state))
        if webhook_id is not None:
            query = query.where(table.c.webhook_id == webhook_id)
        return [rows.record(Delivery, row) for row in await self._store.read(query)]

    async def given_up(self, webhook_id: str) -> int:
        """How many deliveries `retry` would make."""
        which = _retriable() & (webhook_deliveries.c.webhook_id == webhook_id)
        (found,) = await self._store.read(sa.select(sa.func.count().label("many")).where(which))
        return int(found["many"])

    async def retry(
        self, *, ids: Iterable[int] | None = None, webhook_id: str | None = None, by: str, at: datetime
    ) -> int:
        """Make dead deliveries waiting ones, with all their attempts: all, or these, or those of one webhook. Returns
        how many.
        """
        table, which = webhook_deliveries, _retriable()
        if ids is not None:
            which &= table.c.id.in_(list(ids))
        if webhook_id is not None:
            which &= table.c.webhook_id == webhook_id

        def work(connection: Connection) -> int:
            made = connection.execute(table.update().where(which).values(next_at=at, attempts=0)).rowcount
            if made:
                append(connection, by, "webhook.retried", f"webhook:{webhook_id or '*'}", {"deliveries": made}, at=at)
            return made

        return await self._store.transact(work)

    async def begin_test(self, webhook: Webhook, *, by: str, at: datetime) -> Due:
        """A test event for it, taken already: whoever asked for it makes the delivery. Raises WebhookError."""
        values = {
            "webhook_id": webhook.id,
            "event": TEST,
            "call_id": "",
            "payload": json.dumps({"at": at.isoformat()}),
            "attempts": 0,
            "next_at": at + LEASE,
            "last_error": "",
            "created_at": at,
        }

        def work(connection: Connection) -> Due:
            query = sa.select(webhooks.c.url, webhooks.c.secret).where(webhooks.c.id == webhook.id)
            found = connection.execute(query).mappings().first()
            if found is None:
                raise gone(webhook.id)
            made = connection.execute(webhook_deliveries.insert().values(values).returning(webhook_deliveries))
            append(connection, by, "webhook.tested", f"webhook:{webhook.id}", {}, at=at)
            return Due(rows.record(Delivery, made.mappings().one()), found["url"], found["secret"])

        return await self._store.transact(work)

    async def take_due(self, at: datetime, *, each: int, busy: Collection[str] = ()) -> list[Due]:
        """Deliveries whose time has come, the oldest `each` of every webhook that is not busy; nobody else gets them
        within the lease.
        """
        table = webhook_deliveries
        is_due = (table.c.next_at <= at) & table.c.webhook_id.not_in(list(busy))
        if not await self._store.read(sa.select(table.c.id).where(is_due).limit(1)):
            return []  # without a write transaction, which would be one a second
        place = sa.func.row_number().over(partition_by=table.c.webhook_id, order_by=(table.c.next_at, table.c.id))
        ranked = sa.select(table.c.id, place.label("place")).where(is_due).subquery()
        first = sa.select(ranked.c.id).where(ranked.c.place <= each)
        query = sa.select(table, webhooks.c.url, webhooks.c.secret).join(webhooks)
        query = query.where(table.c.id.in_(first), is_due).order_by(table.c.next_at, table.c.id)
        query = query.with_for_update(skip_locked=True, of=table)

        def work(connection: Connection) -> list[Due]:
            found = connection.execute(query).mappings().all()
            ids = [row["id"] for row in found]
            connection.execute(table.update().where(table.c.id.in_(ids)).values(next_at=at + LEASE))
            return [Due(rows.record(Delivery, row), row["url"], row["secret"]) for row in found]

        return await self._store.transact(work)

    async def delivered(self, delivery: Delivery, at: datetime) -> None:
        await self._finished(delivery, next_at=None, delivered_at=at, last_error="")

    async def failed(self, delivery: Delivery, error: str, at: datetime) -> datetime | None:
        """Returns when it is tried again; None: it is given up, a test at once."""
        next_at = None if delivery.event == TEST else next_attempt(delivery.attempts + 1, at)
        await self._finished(delivery, next_at=next_at, delivered_at=None, last_error=error[:500])
        return next_at

    async def forget(self, before: datetime) -> int:
        """Deliveries that came to an end and are older. Returns how many."""
        table = webhook_deliveries
        old = table.c.next_at.is_(None) & (table.c.created_at < before)
        return await self._store.write(table.delete().where(old))

    async def _finished(self, delivery: Delivery, **changes: object) -> None:
        table = webhook_deliveries
        attempts = delivery.attempts + 1
        await self._store.write(table.update().where(table.c.id == delivery.id).values(attempts=attempts, **changes))


def _in_state(state: str) -> sa.ColumnElement[bool]:
    table = webhook_deliveries
    match state:
        case "waiting":
            return table.c.next_at.is_not(None)
        case "delivered":
            return table.c.delivered_at.is_not(None)
        case "dead":
            return table.c.next_at.is_(None) & table.c.delivered_at.is_(None)
        case _:
            raise WebhookError(f"there is no state {state!r}: there are waiting, delivered and dead")


def _retriable() -> sa.ColumnElement[bool]:
    return _in_state("dead") & (webhook_deliveries.c.event != TEST)
