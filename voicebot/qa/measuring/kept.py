"""Measures in the store: taken once from the recording, read whenever the call is scored."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from pydantic import TypeAdapter

from models.silero import SileroVad
from voicebot.qa.material import CallMeasures, ScoredTurn, Span
from voicebot.qa.measuring.measures import measure
from voicebot.qa.measuring.recording import listen
from voicebot.store.measure_tables import call_measures
from voicebot.store.recording_gaps import RecordingGaps
from voicebot.store.store import Store

_SHAPE: Final = TypeAdapter(CallMeasures)


async def kept_measures(store: Store, call_id: str) -> CallMeasures | None:
    """What was measured before. May raise StoreError."""
    return (await kept_measures_of(store, [call_id])).get(call_id)


async def kept_measures_of(store: Store, call_ids: Sequence[str]) -> Mapping[str, CallMeasures]:
    """The same of several calls, without those that were never measured."""
    found = await store.read(sa.select(call_measures).where(call_measures.c.call_id.in_(call_ids)))
    return {row["call_id"]: _SHAPE.validate_python(row["measures"]) for row in found}


async def keep_measures(store: Store, call_id: str, measures: CallMeasures, *, at: datetime) -> None:
    """Takes the place of what was kept. May raise StoreError."""
    values: dict[str, Any] = {"measured_at": at, "measures": _SHAPE.dump_python(measures, mode="json")}

    def work(connection: sa.Connection) -> None:
        connection.execute(sa.delete(call_measures).where(call_measures.c.call_id == call_id))
        connection.execute(call_measures.insert().values(call_id=call_id, **values))

    await store.transact(work)


async def measured(
    store: Store, call_id: str, recording: Path, turns: Sequence[ScoredTurn], judge: SileroVad, *, at: datetime
) -> CallMeasures:
    """The kept measures; taken from the recording, and kept, the first time. at: now.

    Raises RecordingUnreadable, and StoreError. Listening takes a third of a second of processor time a minute.
    """
    known = await kept_measures(store, call_id)
    if known is not None:
        return known
    heard = await asyncio.to_thread(listen, recording, judge)
    unrecorded = [
        Span(gap.from_ms, heard.length_ms if gap.to_ms is None else gap.to_ms)
        for gap in await RecordingGaps(store).of(call_id)
    ]
    measures = measure(heard, turns, unrecorded=unrecorded)
    await keep_measures(store, call_id, measures, at=at)
    return measures
