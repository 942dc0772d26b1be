"""Guards the door: a call beyond capacity is answered, hears that all lines are busy, is hung up and kept on record,
with no model asked; the call under way notices nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from telephony.leg import EndReason, LegEnded, LegError
from tests.virtual_time import in_virtual_time
from tests.voicebot.call.conversation import Line
from voicebot.call.admission import Admission, AdmissionLimits
from voicebot.call.desk import CallDesk
from voicebot.call.ringing import Ringing
from voicebot.company import Company
from voicebot.company_at_work import at_work
from voicebot.config import RecordingSection, Settings
from voicebot.metrics import Metrics
from voicebot.store.records import CallRecord, TurnRecord
from voicebot.store.store import Store

FIRST, SECOND = "+8613912345678", "+8613987654321"


class Host:
    """Stands for the client of a model host: speaks each sentence as a second of a tone, unless it is away."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def stream(self, service: str, payload: dict[str, Any], *, timeout_s: float) -> AsyncIterator[dict[str, Any]]:
        self.asked.append(service)
        yield {"samples": (3000 * np.sin(np.arange(8000) * 0.5)).astype(np.int16)}


class DeadLine(Line):
    """Its caller is gone by the time it is answered."""

    async def answer(self) -> None:
        ended = LegEnded(EndReason.CANCELLED)
        assert self._listener
        self._listener.on_ended(ended)
        raise LegError(ended)


class SilentLine(Line):
    """Answered, and then no clock ever asks for its audio."""

    async def answer(self) -> None: ...

    def end(self, reason: EndReason = EndReason.REMOTE_HANGUP) -> None:
        assert self._listener
        self._listener.on_ended(LegEnded(reason))


@dataclass
class Office:
    """A desk for one conversation at a time, and what it left behind."""

    desk: CallDesk
    host: Host
    store: Store
    metrics: Metrics
    calls: list["asyncio.Task[None]"] = field(default_factory=list)

    def rings(self, line: Line) -> "asyncio.Task[None]":
        ringing = Ringing()
        line.listen(ringing)
        self.calls.append(asyncio.create_task(self.desk.take(line, ringing)))
        return self.calls[-1]

    async def record(self, number: str) -> tuple[CallRecord, list[TurnRecord]]:
        (record,) = [call for call in await self.store.calls() if call.caller_number == number]
        return record, await self.store.turns(record.id)

    def turned_away(self) -> float | None:
        return self.metrics.registry.get_sample_value("voicebot_calls_rejected_total", {"reason": "busy"})


@asynccontextmanager
async def office(shop: Company, folder: Path) -> AsyncIterator[Office]:
    settings = Settings(data_dir=folder, recording=RecordingSection(enabled=False))
    host, metrics = Host(), Metrics()
    admission = Admission(AdmissionLimits(calls=1, recognition_ms=500, loop_lag_ms=20))
    async with Store(f"sqlite:///{folder / 'calls.db'}") as store:
        company = at_work(shop)
        desk = CallDesk(
            settings,
            lambda: company,
            store,
            host,
            metrics,
            admission,
            lambda event: None,  # type: ignore[arg-type]
        )
        await desk.prepare()
        host.asked.clear()
        opened = Office(desk, host, store, metrics)
        try:
            yield opened
        finally:
            for call in opened.calls:
                call.cancel()
            await asyncio.gather(*opened.calls, return_exceptions=True)


async def heard(line: Line, seconds: float) -> bool:
    """Whether the assistant speaks on a line within a time."""
    for _ in range(round(seconds / 0.02)):
        await asyncio.sleep(0.02)
        if line.heard and line.assistant_speaks():
            return True
    return False


@in_virtual_time
async def test_a_call_beyond_capacity_hears_the_notice_and_is_hung_up(shop: Company, tmp_path: Path) -> None:
    async with office(shop, tmp_path) as here:
        first, second = Line(FIRST), Line(SECOND)
        here.rings(first)
        assert await heard(first, 2)
        here.host.asked.clear()
        away = here.rings(second)
        assert await heard(second, 2)
        await asyncio.wait_for(away, 20)
        record, (notice,) = await here.record(SECOND)
        assert (record.outcome, record.end_reason) == ("turned_away", "local_hangup")
        assert notice.text == notice.heard_text == shop.prompts["busy"].wordings("cmn")[0]
        assert record.answered_at is not None and record.recording_path is None
        assert here.host.asked == []
        assert here.turned_away() == 1


@in_virtual_time
async def test_the_call_under_way_goes_on_and_its_end_makes_room(shop: Company, tmp_path: Path) -> None:
    async with office(shop, tmp_path) as here:
        first, second, third = Line(FIRST), Line(SECOND), Line("+8613911112222")
        talking = here.rings(first)
        assert await heard(first, 2)
        await asyncio.wait_for(here.rings(second), 20)
        assert not talking.done() and first.heard_s > 1
        first.end()
        await asyncio.wait_for(talking, 5)
        here.rings(third)
        assert await heard(third, 2)
        await asyncio.sleep(10)
        assert third.heard_s > 10
        assert here.turned_away() == 1


@in_virtual_time
async def test_a_caller_who_hangs_up_on_the_notice_is_on_record(shop: Company, tmp_path: Path) -> None:
    async with office(shop, tmp_path) as here:
        first, second = Line(FIRST), Line(SECOND)
        here.rings(first)
        assert await heard(first, 2)
        away = here.rings(second)
        assert await heard(second, 2)
        second.end()
        await asyncio.wait_for(away, 1)
        record, (notice,) = await here.record(SECOND)
        assert (record.outcome, record.end_reason) == ("turned_away", "remote_hangup")
        assert notice.heard_text != notice.text


@in_virtual_time
async def test_a_caller_who_is_gone_before_the_answer_is_on_record(shop: Company, tmp_path: Path) -> None:
    async with office(shop, tmp_path) as here:
        first = Line(FIRST)
        here.rings(first)
        assert await heard(first, 2)
        await asyncio.wait_for(here.rings(DeadLine(SECOND)), 1)
        record, turns = await here.record(SECOND)
        assert (record.outcome, record.end_reason, turns) == ("turned_away", "cancelled", [])


@in_virtual_time
async def test_a_line_that_never_plays_the_notice_is_hung_up_all_the_same(shop: Company, tmp_path: Path) -> None:
    async with office(shop, tmp_path) as here:
        first = Line(FIRST)
        here.rings(first)
        assert await heard(first, 2)
        await asyncio.wait_for(here.rings(SilentLine(SECOND)), 30)
        record, (notice,) = await here.record(SECOND)
        assert (record.outcome, record.end_reason, notice.heard_text) == ("turned_away", "local_hangup", "")
