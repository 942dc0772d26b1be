"""Between records and database rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from voicebot.events import Event, to_json, topic
from voicebot.store import tables
from voicebot.store.records import CallRecord, CustomerRecord, OrderRecord, TaskRecord, TurnRecord
from voicebot.store.webhook_queue import queue_for_webhooks

R = TypeVar("R")


def values(record: CallRecord | TurnRecord | TaskRecord | CustomerRecord | OrderRecord) -> dict[str, Any]:
    """The record's fields as column values; one level deep, mappings stay as they are."""
    return {each.name: getattr(record, each.name) for each in fields(record)}


def record(kind: type[R], row: sa.RowMapping) -> R:
    """A record from the columns of `row` that it has fields for."""
    found = {each.name: row[each.name] for each in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in found.items()})


def enqueue(connection: Connection, node: str, events: Sequence[Event]) -> None:
    """Put events into the outbox and the webhooks' queue, within the transaction of what they tell about."""
    if events:
        entries = [{"node": node, "topic": topic(each, node), "payload": to_json(each)} for each in events]
        connection.execute(tables.outbox.insert(), entries)
        queue_for_webhooks(connection, events)
