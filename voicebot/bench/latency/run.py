"""The measurement itself: callers ring the running system, talk with it all at once, and are asked what it was like."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from telephony.leg import LegError
from telephony.recorder import RecordingThread
from telephony.sip.endpoint import SipEndpoint
from voicebot.background import background
from voicebot.bench.latency import processes, scrape
from voicebot.bench.latency.figures import LatencyFigures, MeasuredCall, figures, measured_turns
from voicebot.bench.latency.machine import noise_of_machine
from voicebot.bench.latency.scenario import Part
from voicebot.caller.ringing import connect, hear_out, telephone
from voicebot.caller.simulated_caller import SimulatedCaller
from voicebot.config import Settings
from voicebot.demo.system import System
from voicebot.store.records import CallRecord
from voicebot.store.store import Store

SPREAD_S: Final = 6.0
"""All callers have rung within so long: about one exchange, so that they do not speak in step."""
LONGEST_TURN_S: Final = 50.0
LONGEST_GREETING_S: Final = 60.0
STORED_WITHIN_S: Final = 60.0
FIRST_NUMBER: Final = 1000

Progress = Callable[[int], None]
"""Told how many turns have been begun by all callers together."""


@dataclass(slots=True)
class _Rung:
    """A caller and what became of the call."""

    part: Part
    rings_at: str
    """The number rung: one for each caller, by which the call's record is found."""
    caller: SimulatedCaller | None = None
    heard_out: bool = False


async def measure(system: System, parts: Sequence[Part], *, recordings: Path, progress: Progress) -> LatencyFigures:
    """Has all parts played at once and measures. recordings: folder for what the callers hear, one file each."""
    config = system.settings
    running = processes.processes_of(system.config)
    before, used_before = await asyncio.to_thread(scrape.read, config.metrics), processes.usage(running)
    wall, cpu, began = time.monotonic(), time.process_time(), datetime.now(UTC)
    rung = await _all_ring(system, parts, recordings, progress)
    seconds, callers_cpu_s = time.monotonic() - wall, time.process_time() - cpu
    after, used_after = await asyncio.to_thread(scrape.read, config.metrics), processes.usage(running)
    return figures(
        await _measured(config, rung, began),
        before=before,
        after=after,
        used_before=used_before,
        used_after=used_after,
        callers_cpu_s=callers_cpu_s,
        seconds=seconds,
        machine=await asyncio.to_thread(noise_of_machine),
    )


async def _all_ring(system: System, parts: Sequence[Part], recordings: Path, progress: Progress) -> list[_Rung]:
    disk = RecordingThread()
    rung = [_Rung(part, str(FIRST_NUMBER + index)) for index, part in enumerate(parts)]
    async with telephone(system.uri) as endpoint, background(_watch(rung, progress)), asyncio.TaskGroup() as calls:
        for one in rung:
            uri = system.uri.replace("service@", f"{one.rings_at}@")
            calls.create_task(_ring(endpoint, uri, one, recordings / f"{one.rings_at}.wav", disk))
            await asyncio.sleep(SPREAD_S / len(rung))
    return rung


async def _ring(endpoint: SipEndpoint, uri: str, rung: _Rung, recording: Path, disk: RecordingThread) -> None:
    part = rung.part
    longest_s = LONGEST_GREETING_S + LONGEST_TURN_S * len(part.lines)
    try:
        rung.caller = await connect(endpoint, uri, part.turns, number=part.number, recording=recording, recordings=disk)
        await hear_out(rung.caller, longest_s)
    except (LegError, TimeoutError):
        return  # counted as a failed call
    rung.heard_out = True


async def _watch(rung: Sequence[_Rung], progress: Progress) -> None:
    while True:
        progress(sum(one.caller.turns_begun for one in rung if one.caller))
        await asyncio.sleep(0.5)


async def _measured(settings: Settings, rung: Sequence[_Rung], began: datetime) -> list[MeasuredCall]:
    async with Store(settings.store_url, node="bench") as store:
        records = await _records(store, rung, began)
        return [await _measured_call(store, one, records.get(one.rings_at)) for one in rung]


async def _measured_call(store: Store, rung: _Rung, record: CallRecord | None) -> MeasuredCall:
    if rung.caller is None or not rung.heard_out or record is None:
        return MeasuredCall((), None)
    intents = [line.intent for line in rung.part.lines]
    stored = await store.turns(record.id)
    said = rung.caller.result().turns  # only now: looking for speech holds up whoever still talks
    return MeasuredCall(measured_turns(said, intents, stored), record.outcome)


async def _records(store: Store, rung: Sequence[_Rung], began: datetime) -> dict[str, CallRecord]:
    """The stored calls by the number rung, once the system has closed them, or as they are after a while."""
    give_up_at = time.monotonic() + STORED_WITHIN_S
    while True:
        found = await store.calls(limit=len(rung))
        records = {call.called_number: call for call in found if call.started_at >= began}
        missing = [one for one in rung if one.heard_out and not _closed(records.get(one.rings_at))]
        if not missing or time.monotonic() > give_up_at:
            return records
        await asyncio.sleep(0.2)


def _closed(record: CallRecord | None) -> bool:
    return record is not None and record.ended_at is not None
