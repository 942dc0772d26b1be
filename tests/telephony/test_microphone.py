"""A person at the microphone is a leg like any other: the device's clock ticks it, at whatever rate the device runs."""

import asyncio
import sys
import threading
from collections.abc import Callable

import numpy as np
import pytest

from telephony.leg import EndReason, LegEnded
from telephony.microphone import MicrophoneLeg, MicrophoneUnavailable, PyAudioDevice


class ThreadedDevice:
    """Sound hardware as PortAudio shows it: a thread that asks every 20 ms. Hears a tone, keeps what it plays."""

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self.played: list[np.ndarray] = []
        self._stop = threading.Event()

    def start(self, exchange: Callable[[np.ndarray], np.ndarray]) -> None:
        size = self.rate_hz // 50
        tone = (9000 * np.sin(2 * np.pi * 500 * np.arange(size) / self.rate_hz)).astype(np.int16)

        def run() -> None:
            while not self._stop.wait(0.02):
                self.played.append(exchange(tone))

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - the device is a thread of its own
            await asyncio.sleep(0.01)


class Listener:
    def __init__(self) -> None:
        self.frames: list[tuple[np.ndarray, np.ndarray]] = []
        self.ended: list[LegEnded] = []

    def on_frame(self, inbound: np.ndarray, outbound: np.ndarray) -> None:
        self.frames.append((inbound, outbound))

    def on_dtmf(self, digit: str) -> None: ...

    def on_hold(self, held: bool) -> None: ...

    def on_ended(self, ended: LegEnded) -> None:
        self.ended.append(ended)


@pytest.mark.parametrize("rate_hz", [8000, 48_000])
async def test_both_directions_flow_at_the_rate_of_the_device(rate_hz: int) -> None:
    device, listener = ThreadedDevice(rate_hz), Listener()
    leg = MicrophoneLeg(device, number="+8613800000000")
    leg.listen(listener)
    leg.playout.write((8000 * np.sin(2 * np.pi * 400 * np.arange(8000) / 8000)).astype(np.int16))
    await leg.answer()
    await until(lambda: len(listener.frames) > 25)
    leg.hang_up()
    leg.hang_up()
    await until(lambda: not device.running)
    heard = np.concatenate([inbound for inbound, _ in listener.frames])[-2400:]
    assert np.argmax(np.abs(np.fft.rfft(heard))) * 8000 / heard.size == pytest.approx(500, abs=10)
    assert {frame.size for frame in device.played} == {rate_hz // 50}
    assert np.abs(np.concatenate(device.played)).max() > 7000
    assert [ended.reason for ended in listener.ended] == [EndReason.LOCAL_HANGUP]
    count = len(listener.frames)
    await asyncio.sleep(0.1)
    assert len(listener.frames) == count


def test_without_pyaudio_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyaudio", None)
    with pytest.raises(MicrophoneUnavailable, match="pip install pyaudio"):
        PyAudioDevice()
