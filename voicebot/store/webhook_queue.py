"""Puts events into the queue of every webhook that wants them, within the transaction of what they tell about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from voicebot.events import NAMES, Event, to_json
from voicebot.store.tables import UtcDateTime
from voicebot.store.webhook_tables import webhook_deliveries, webhook_events

_NAME: Final = sa.bindparam("name", type_=sa.Text)
_AT: Final = sa.bindparam("at", type_=UtcDateTime)
_VALUES: Final[dict[str, Any]] = {
    "webhook_id": webhook_events.c.webhook_id,
    "event": _NAME,
    "call_id": sa.bindparam("of_call", type_=sa.Text),
    "payload": sa.bindparam("told", type_=sa.Text),
    "attempts": sa.literal_column("0"),
    "next_at": _AT,
    "last_error": sa.literal_column("''"),
    "created_at": _AT,
}
_QUEUE: Final = webhook_deliveries.insert().from_select(
    list(_VALUES), sa.select(*_VALUES.values()).where(webhook_events.c.event == _NAME)
)
"""Made once: the media process pays for every event."""


def queue_for_webhooks(connection: Connection, events: Sequence[Event]) -> None:
    """One small statement an event, which writes nothing where nobody asked for it."""
    told = [
        {"name": NAMES[type(event)], "of_call": event.call_id, "told": to_json(event), "at": event.at}
        for event in events
    ]
    if told:
        connection.execute(_QUEUE, told)
