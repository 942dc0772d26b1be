"""Calls that a crash left open: they get the end that can be known from what was committed."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from voicebot.events import CallEnded
from voicebot.store import rows, tables
from voicebot.store.records import CallRecord

INTERRUPTED = "interrupted"


def close_orphans(connection: Connection, node: str) -> int:
    """Close `node`'s open calls as interrupted, each with its CallEnded event. Returns how many."""
    open_calls = sa.select(tables.calls).where(tables.calls.c.ended_at.is_(None), tables.calls.c.node == node)
    orphans = connection.execute(open_calls).mappings().all()
    events = [_close(connection, rows.record(CallRecord, row)) for row in orphans]
    rows.enqueue(connection, node, events)
    return len(events)


def _close(connection: Connection, call: CallRecord) -> CallEnded:
    spoken_ms = connection.execute(
        sa.select(sa.func.max(tables.turns.c.ended_ms)).where(tables.turns.c.call_id == call.id)
    ).scalar()
    last_known = call.answered_at + timedelta(milliseconds=spoken_ms or 0) if call.answered_at else call.started_at
    connection.execute(
        sa.update(tables.calls)
        .where(tables.calls.c.id == call.id)
        .values(ended_at=last_known, outcome=INTERRUPTED, end_reason=INTERRUPTED)
    )
    return CallEnded(
        call_id=call.id,
        at=last_known,
        outcome=INTERRUPTED,
        end_reason=INTERRUPTED,
        duration_s=(last_known - (call.answered_at or call.started_at)).total_seconds(),
        recording_path=call.recording_path,
    )
