"""After a call: what may not be kept is taken out of the transcript once more, and out of the recording."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import structlog

from telephony.silencing import silence
from voicebot.privacy.redaction import CallRedaction
from voicebot.privacy.said_when import secrets_ms
from voicebot.store.recording_gaps import RecordingGap, RecordingGaps
from voicebot.store.records import CallRecord, TurnRecord
from voicebot.store.store import Store

log = structlog.get_logger(__name__)


async def silence_secrets(store: Store, call: CallRecord, *, now: datetime) -> int:
    """Silence card numbers and codes in the recording of a call that has ended. Returns how many stretches.

    May be broken off anywhere and done again: what is to be silenced is written down first, and ticked off last.
    Raises OSError when the recording cannot be read and written here; it may lie on another machine's disk.
    """
    turns = await _redacted_turns(store, call.id)
    secrets = [(kind, begin, end) for turn in turns for kind, begin, end in secrets_ms(turn)]
    gaps = RecordingGaps(store)
    known = [gap for gap in await gaps.of(call.id) if gap.cause == "secret"]
    if {(gap.by, gap.from_ms, gap.to_ms) for gap in known if gap.silenced_at} == set(secrets):
        return 0
    await gaps.replace_secrets(call.id, [RecordingGap(call.id, "secret", *secret) for secret in secrets])
    if call.recording_path is not None:
        stretches = [(begin, end) for _, begin, end in secrets]
        await asyncio.to_thread(silence, Path(call.recording_path), stretches)
        log.info("recording_silenced", call=call.id, stretches=len(stretches))
    await gaps.silenced(call.id, now)
    return len(secrets)


async def _redacted_turns(store: Store, call_id: str) -> Sequence[TurnRecord]:
    """The call's turns, looked through from the first to the last: nothing is left that a crash kept from being
    taken out, or that words learned since then tell."""
    redaction = CallRedaction()
    turns = {turn.seq: turn for turn in await store.turns(call_id)}
    for turn in list(turns.values()):
        kept, earlier = redaction.stored(turn)
        for changed in (kept, *earlier):
            if changed != turns[changed.seq]:
                turns[changed.seq] = changed
                await store.update_turn(changed)
    return list(turns.values())
