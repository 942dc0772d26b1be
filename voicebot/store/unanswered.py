"""What callers said that the assistant had no answer to, from the turns that are kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from voicebot.store import rows
from voicebot.store.call_figures import Period
from voicebot.store.store import Store
from voicebot.store.tables import calls, turns


@dataclass(frozen=True, slots=True)
class Unanswered:
    """One thing said, and the call in which it was."""

    call_id: str
    at: datetime
    """When the call began."""
    text: str


async def unanswered(
    store: Store, period: Period, replies: Collection[str], *, reached: sa.ColumnElement[bool], limit: int
) -> Sequence[Unanswered]:
    """The latest first. replies: by which the assistant says that it does not know. reached: condition on `calls`."""
    said, reply = turns.alias("said"), turns.alias("reply")
    query = (
        sa.select(said.c.call_id, calls.c.started_at.label("at"), said.c.text)
        .join(calls, calls.c.id == said.c.call_id)
        .join(reply, (reply.c.call_id == said.c.call_id) & (reply.c.seq == said.c.seq + 1))
        .where(calls.c.started_at >= period.since, calls.c.started_at < period.until, reached)
        .where(said.c.role == "caller", reply.c.role == "assistant")
        .where(sa.or_(*(reply.c.text.contains(text, autoescape=True) for text in replies)))
        .order_by(calls.c.started_at.desc(), said.c.seq)
        .limit(limit)
    )
    return [rows.record(Unanswered, row) for row in await store.read(query)]
