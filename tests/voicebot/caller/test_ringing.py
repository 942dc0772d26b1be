"""A simulated call is a real one: SIP and RTP over loopback, to an assistant of a few lines that answers.

The packets are real, and time is virtual: loopback delivers a packet in the moment in which it is sent.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from telephony.audio import Frame, level_dbfs
from telephony.clock import MediaClock
from telephony.leg import CallLeg, LegEnded, LegError
from telephony.recorder import RecordingThread
from telephony.sip.endpoint import SipEndpoint
from telephony.sip.settings import SipSettings
from tests.virtual_time import in_virtual_time
from tests.wav import read_sides
from voicebot.caller.measure import exchanges
from voicebot.caller.ringing import connect, hear_out, ring, telephone
from voicebot.caller.script import PreparedTurn
from voicebot.caller.simulated_caller import SimulatedCaller

THINKS_FRAMES = 40  # 0.8 s


def voice(seconds: float) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 3000, int(seconds * 8000)).astype(np.int16)


@pytest.fixture(autouse=True)
def packets_come_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the jitter buffers would wait where the machine stood still."""
    monkeypatch.setattr("telephony.rtp.time", SimpleNamespace(monotonic=lambda: asyncio.get_running_loop().time()))
    monkeypatch.setattr("telephony.udp._age_s", lambda stamp: 0.0)


class Assistant:
    def __init__(self, leg: CallLeg) -> None:
        self.leg = leg
        self.keys = ""
        self.ended: LegEnded | None = None
        self._silent_frames: int | None = None

    async def take(self) -> None:
        await self.leg.answer()
        self.leg.playout.write(voice(1))

    def on_frame(self, inbound: Frame, outbound: Frame) -> None:
        if level_dbfs(inbound) > -40:
            self._silent_frames = 0
        elif self._silent_frames is not None:
            self._silent_frames += 1
            if self._silent_frames == THINKS_FRAMES:
                self._silent_frames = None
                self.leg.playout.write(voice(1))

    def on_dtmf(self, digit: str) -> None:
        self.keys += digit
        if digit == "#":
            self.leg.playout.write(voice(1))

    def on_hold(self, held: bool) -> None: ...

    def on_ended(self, ended: LegEnded) -> None:
        self.ended = ended


@asynccontextmanager
async def running_assistant(*, busy: bool = False) -> AsyncIterator[tuple[str, list[Assistant]]]:
    taken: list[Assistant] = []
    async with asyncio.TaskGroup() as tasks:

        def on_call(leg: CallLeg) -> None:
            assistant = Assistant(leg)
            leg.listen(assistant)
            taken.append(assistant)
            if busy:
                leg.reject(486, "Busy Here")
            else:
                tasks.create_task(assistant.take())

        clock = MediaClock()
        endpoint = SipEndpoint(SipSettings(port=0, rtp_ports=range(43_000, 43_400)), clock, on_call)
        await endpoint.start()
        ticking = tasks.create_task(clock.run())
        try:
            yield f"sip:service@127.0.0.1:{endpoint.port}", taken
        finally:
            await endpoint.stop()
            ticking.cancel()


@in_virtual_time
async def test_a_call_with_speech_and_keys_is_measured_and_recorded(tmp_path: Path) -> None:
    turns = [PreparedTurn("hello", audio=voice(1)), PreparedTurn("81#", dtmf="81#")]
    async with running_assistant() as (uri, taken):
        result = await ring(uri, turns, number="+8613800138000", recording=tmp_path / "call.wav")
        await asyncio.sleep(0.1)
    (assistant,) = taken
    assert assistant.leg.remote.number == "+8613800138000"
    assert assistant.keys == "81#"
    assert assistant.ended is not None
    hello, keys = result.turns
    assert hello.reply_latency_ms == pytest.approx(THINKS_FRAMES * 20, abs=200)
    assert keys.reply_latency_ms is not None and 0 < keys.reply_latency_ms < 300
    caller, heard = read_sides(tmp_path / "call.wav")
    assert exchanges(caller, heard)[0].reply_latency_ms == hello.reply_latency_ms


@in_virtual_time
async def test_several_callers_ring_from_one_endpoint_and_hear_their_own_replies(tmp_path: Path) -> None:
    disk = RecordingThread()
    async with running_assistant() as (uri, taken), telephone(uri) as endpoint:

        async def call(number: int) -> SimulatedCaller:
            turns = [PreparedTurn("hello", audio=voice(0.5 + 0.3 * number))]
            recording = tmp_path / f"{number}.wav"
            caller = await connect(endpoint, uri, turns, number=f"1008{number}", recording=recording, recordings=disk)
            await hear_out(caller, 30)
            return caller

        callers = await asyncio.gather(*(call(number) for number in range(3)))
    assert sorted(assistant.leg.remote.number for assistant in taken) == ["10080", "10081", "10082"]
    for number, caller in enumerate(callers):
        (turn,) = caller.result().turns
        said, heard = read_sides(tmp_path / f"{number}.wav")
        assert caller.turns_begun == 1
        assert turn.said_until_ms - turn.said_from_ms == pytest.approx(500 + 300 * number, abs=40)
        assert exchanges(said, heard)[0].reply_latency_ms == turn.reply_latency_ms


@in_virtual_time
async def test_a_call_that_does_not_end_is_given_up() -> None:
    async with running_assistant() as (uri, _), telephone(uri) as endpoint:
        caller = await connect(endpoint, uri, [PreparedTurn("hello", audio=voice(1))], number="10086")
        with pytest.raises(TimeoutError):
            await hear_out(caller, 0.3)


@in_virtual_time
async def test_a_bad_line_is_rehearsed_by_losing_our_packets() -> None:
    async with running_assistant() as (uri, taken):
        result = await ring(uri, [PreparedTurn("hello", audio=voice(2))], number="10086", loss=0.1)
        stats = taken[0].leg.stats
    assert 0.03 < stats.lost / (stats.lost + stats.packets_received) < 0.2
    assert result.turns[0].reply_latency_ms is not None


@in_virtual_time
async def test_a_busy_number_is_an_error_with_its_code_and_leaves_no_recording(tmp_path: Path) -> None:
    async with running_assistant(busy=True) as (uri, _):
        with pytest.raises(LegError) as refused:
            await ring(uri, [], number="10086", recording=tmp_path / "none.wav")
    assert refused.value.sip_code == 486
    assert not (tmp_path / "none.wav").exists()
