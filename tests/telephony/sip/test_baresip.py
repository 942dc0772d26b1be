"""Invariant: with a real telephone both sides hear each other, keys arrive, and words wait while it holds us."""

import asyncio
import wave
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

from telephony.audio import SAMPLE_RATE_HZ, Samples
from telephony.leg import EndReason
from tests.clients.baresip import Baresip, baresip
from tests.telephony.sip.conftest import Answering, Notes, wait_for
from tests.wav import write_wav

MakeEndpoint = Callable[..., Awaitable[Answering]]


def tone(hz: float, seconds: float) -> Samples:
    times = np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return (8000 * np.sin(2 * np.pi * hz * times)).astype(np.int16)


def loudest_hz(path: Path) -> float:
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        spectrum = np.abs(np.fft.rfft(samples))
        return float(np.argmax(spectrum) * file.getframerate() / samples.size)


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    return write_wav(tmp_path / "caller.wav", tone(440, 10))


async def up(phone: Baresip, ours: Answering) -> None:
    await phone.command("dial", f"sip:4008001000@127.0.0.1:{ours.endpoint.port}")
    await phone.event("CALL_ESTABLISHED")


async def test_a_telephone_calls_speaks_listens_presses_keys_and_holds(
    make_endpoint: MakeEndpoint, require: Callable[[str], str], tmp_path: Path, wav: Path
) -> None:
    ours = await make_endpoint()
    async with baresip(require("baresip"), tmp_path, wav) as phone:
        await up(phone, ours)
        [call] = ours.calls
        call.leg.playout.write(tone(1000, 1.0))
        await wait_for(lambda: call.loudest_heard > 5000 and call.leg.playout.pending_samples == 0)
        await phone.command("sndcode", "5")
        await wait_for(lambda: call.digits == "5")

        await phone.command("hold")
        await wait_for(lambda: call.holds == [True])
        call.leg.playout.write(tone(1000, 0.2))
        await asyncio.sleep(0.3)
        assert call.leg.playout.pending_samples == 1600
        await phone.command("resume")
        await wait_for(lambda: call.holds == [True, False] and call.leg.playout.pending_samples == 0)

        await phone.command("hangup")
        await wait_for(lambda: bool(call.endings))
        assert call.endings[0].reason is EndReason.REMOTE_HANGUP
    assert loudest_hz(phone.heard()) == pytest.approx(1000, abs=20)


async def test_we_call_a_telephone_and_hang_up(
    make_endpoint: MakeEndpoint, require: Callable[[str], str], tmp_path: Path, wav: Path
) -> None:
    ours = await make_endpoint()
    async with baresip(require("baresip"), tmp_path, wav, answer=True) as phone:
        leg = await ours.endpoint.dial(f"sip:13800138000@127.0.0.1:{phone.sip_port}", from_number="4008001000")
        notes = Notes(leg)
        leg.listen(notes)
        await leg.answered(30)
        leg.hold()
        await phone.event("CALL_ESTABLISHED")
        await wait_for(lambda: leg.stats.packets_sent > 10)
        leg.resume()
        await wait_for(lambda: notes.loudest_heard > 5000)
        leg.hang_up()
        await phone.event("CALL_CLOSED")
    assert [ended.reason for ended in notes.endings] == [EndReason.LOCAL_HANGUP]
