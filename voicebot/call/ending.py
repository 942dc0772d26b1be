"""The end of a call: its recording closed, its figures counted, its record written."""

import asyncio

from telephony.leg import CallLeg, EndReason, LegEnded
from telephony.recorder import Recorder
from voicebot.call.log import CallLog
from voicebot.dialogue.policy import Dialogue
from voicebot.metrics import Metrics
from voicebot.store.orphans import INTERRUPTED

RECORDING_CLOSED_S = 5.0
"""Longest wait for the disk to take the recording's rest."""


async def close_call(
    leg: CallLeg, ended: LegEnded, dialogue: Dialogue, *, recorder: Recorder | None, metrics: Metrics, log: CallLog
) -> None:
    """Nothing of the call is lost after this."""
    if recorder:
        recorder.close()
        await asyncio.to_thread(recorder.join, RECORDING_CLOSED_S)
    stats = leg.stats
    quality = {
        "packets_received": stats.packets_received,
        "packets_lost": stats.lost,
        "packets_late": stats.late,
        "jitter_ms": round(stats.jitter_ms, 2),
    }
    for fate, count in (("received", stats.packets_received), ("lost", stats.lost), ("late", stats.late)):
        metrics.packets.labels(fate).inc(count)
    outcome = INTERRUPTED if ended.reason is EndReason.SHUTDOWN else dialogue.outcome
    metrics.calls_ended.labels(leg.direction, outcome).inc()
    await log.ended(outcome=outcome, end_reason=str(ended.reason), language=dialogue.language, quality=quality)
