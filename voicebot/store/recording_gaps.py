"""Stretches of a call that its recording does not hold: it was paused, or they were silenced after the call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from voicebot.events import Event
from voicebot.store import rows
from voicebot.store.recording_tables import recording_gaps
from voicebot.store.store import Store

Cause = Literal["pause", "secret"]
"""secret: a card number or a code was said."""


@dataclass(frozen=True, slots=True)
class RecordingGap:
    call_id: str
    cause: Cause
    by: str
    """Pauses: "flow" or the agent's id; else the kind of what was said."""
    from_ms: int
    """Since the answer."""
    to_ms: int | None = None
    """None: until the end of the call."""
    silenced_at: datetime | None = None
    """Secrets: when they were taken out of the file; None: still to be done."""


class RecordingGaps:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def begin(self, call_id: str, from_ms: int, by: str, *, events: Sequence[Event] = ()) -> None:
        """The recording was paused."""
        gap = RecordingGap(call_id, "pause", by, from_ms)
        await self._store.write(recording_gaps.insert().values(asdict(gap)), events)

    async def end(self, call_id: str, to_ms: int, *, events: Sequence[Event] = ()) -> None:
        """It goes on."""
        table = recording_gaps.c
        paused = (table.call_id == call_id) & (table.cause == "pause") & table.to_ms.is_(None)
        await self._store.write(sa.update(recording_gaps).where(paused).values(to_ms=to_ms), events)

    async def of(self, call_id: str) -> list[RecordingGap]:
        """In the order in which they were said."""
        query = sa.select(recording_gaps).where(recording_gaps.c.call_id == call_id)
        query = query.order_by(recording_gaps.c.from_ms, recording_gaps.c.id)
        return [rows.record(RecordingGap, row) for row in await self._store.read(query)]

    async def replace_secrets(self, call_id: str, gaps: Sequence[RecordingGap]) -> None:
        """These, and no others, are to be taken out of the recording. Writing them again changes nothing."""
        secrets = (recording_gaps.c.call_id == call_id) & (recording_gaps.c.cause == "secret")

        def work(connection: sa.Connection) -> None:
            connection.execute(sa.delete(recording_gaps).where(secrets))
            if gaps:
                connection.execute(recording_gaps.insert(), [asdict(gap) for gap in gaps])

        await self._store.transact(work)

    async def silenced(self, call_id: str, at: datetime) -> None:
        secrets = (recording_gaps.c.call_id == call_id) & (recording_gaps.c.cause == "secret")
        await self._store.write(sa.update(recording_gaps).where(secrets).values(silenced_at=at))
