"""Puts events into the queue of every webhook that wants them, within the transaction of what they tell about."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from voicebot.events import NAMES, Event, to_json
from voicebot.store.tables import UtcDateTime
from voicebot.store.webhook_tables import webhook_deliveries, webhook_events


def queue_for_webhooks(connection: Connection, events: Sequence[Event]) -> None:
    """One small statement an event, which writes nothing where nobody asked for it."""
    for event in events:
        name, at = NAMES[type(event)], sa.literal(event.at, UtcDateTime)
        values = {
            "webhook_id": webhook_events.c.webhook_id,
            "event": sa.literal(name),
            "call_id": sa.literal(event.call_id),
            "payload": sa.literal(to_json(event)),
            "attempts": sa.literal(0),
            "next_at": at,
            "last_error": sa.literal(""),
            "created_at": at,
        }
        wanted = sa.select(*values.values()).where(webhook_events.c.event == name)
        connection.execute(webhook_deliveries.insert().from_select(list(values), wanted))
