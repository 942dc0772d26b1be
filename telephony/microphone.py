"""This machine's microphone and loudspeaker as a call leg, for talking to the assistant without a telephone."""

import asyncio
import logging
import threading
import uuid
from collections.abc import Callable
from typing import Any, Final, Protocol

import numpy as np

from telephony.audio import FRAME_S, FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Samples, StreamResampler
from telephony.leg import CallLeg, EndReason, LegEnded, LegListener, Party
from telephony.playout import Playout
from telephony.rtp import MediaStats

_READY_S: Final = 0.060
"""Silence played first, so that the loudspeaker does not run dry when the event loop is a little late."""
_MOST_READY_S: Final = 0.200

_log = logging.getLogger(__name__)


class MicrophoneUnavailable(RuntimeError):
    """No microphone can be used; the message says what to install or plug in."""


class SoundDevice(Protocol):
    """Sound in and out, paced by the hardware."""

    rate_hz: int

    def start(self, exchange: Callable[[Samples], Samples]) -> None:
        """From now on calls `exchange` in a thread of its own: 20 ms heard in, 20 ms to play out."""

    def stop(self) -> None: ...


class PyAudioDevice:
    """The system's default microphone and loudspeaker through PortAudio."""

    def __init__(self) -> None:
        try:
            import pyaudio
        except ImportError as missing:
            raise MicrophoneUnavailable(
                "the microphone needs PyAudio: apt install portaudio19-dev, then pip install pyaudio"
            ) from missing
        self._format = pyaudio.paInt16
        self._continue = pyaudio.paContinue
        self._audio = pyaudio.PyAudio()
        self._stream: Any = None
        try:
            self.rate_hz = self._usable_rate()
        except OSError as error:
            self._audio.terminate()
            raise MicrophoneUnavailable(
                f"no sound device to speak through ({error}): plug in a headset, or ring over SIP instead"
            ) from error

    def start(self, exchange: Callable[[Samples], Samples]) -> None:
        def callback(heard: bytes, *_: object) -> tuple[bytes, int]:
            return exchange(np.frombuffer(heard, np.int16)).tobytes(), self._continue

        try:
            self._stream = self._audio.open(
                rate=self.rate_hz,
                channels=1,
                format=self._format,
                input=True,
                output=True,
                frames_per_buffer=round(self.rate_hz * FRAME_S),
                stream_callback=callback,
            )
        except OSError as error:
            raise MicrophoneUnavailable(
                f"the sound device could not be opened ({error}): close other programs that use it"
            ) from error

    def stop(self) -> None:
        if self._stream is not None:
            self._stream.close()
        self._audio.terminate()

    def _usable_rate(self) -> int:
        """8 kHz when the device takes it, else the device's own rate. Raises OSError without any device."""
        own = int(self._audio.get_default_input_device_info()["defaultSampleRate"])
        self._audio.get_default_output_device_info()
        try:
            self._audio.is_format_supported(
                SAMPLE_RATE_HZ,
                input_device=self._audio.get_default_input_device_info()["index"],
                input_channels=1,
                input_format=self._format,
            )
        except ValueError:
            return own
        return SAMPLE_RATE_HZ


class MicrophoneLeg(CallLeg):
    """A call from the person sitting here. The device's own clock paces it: each 20 ms heard is one tick."""

    def __init__(self, device: SoundDevice, *, number: str = "") -> None:
        """number: the caller's number that the assistant is to see. Construct it on the event loop."""
        self.id = uuid.uuid4().hex
        self.remote = Party(number, "microphone")
        self.local = Party("")
        self.direction = "inbound"
        self.playout = Playout()
        self._device = device
        self._loop = asyncio.get_running_loop()
        self._listener: LegListener | None = None
        self._heard_rate = StreamResampler(device.rate_hz, SAMPLE_RATE_HZ)
        self._played_rate = StreamResampler(SAMPLE_RATE_HZ, device.rate_hz)
        self._heard = np.empty(0, np.int16)  # resampled, not yet a whole frame
        self._ready = bytearray(self._bytes(_READY_S))  # for the loudspeaker, at the device's rate
        self._ready_lock = threading.Lock()  # held for a copy of 20 ms by the loop and the device's thread
        self._frames = 0
        self._ended = False

    @property
    def stats(self) -> MediaStats:
        return MediaStats(packets_sent=self._frames, packets_received=self._frames)

    def listen(self, listener: LegListener) -> None:
        self._listener = listener

    def ring(self) -> None:
        """Nobody to tell."""

    async def answer(self) -> None:
        """Opens the sound device. Raises MicrophoneUnavailable."""
        await asyncio.to_thread(self._device.start, self._exchange)

    def reject(self, code: int, reason: str) -> None:
        self._end(LegEnded(EndReason.REJECTED, code, reason))

    def hang_up(self) -> None:
        self._end(LegEnded(EndReason.LOCAL_HANGUP))

    def send_dtmf(self, digits: str) -> None:
        """A person at the microphone has no use for keys."""
        _log.info("keys are not played to the microphone leg")

    def hold(self) -> None:
        self.playout.pause()

    def resume(self) -> None:
        self.playout.resume()

    def _exchange(self, heard: Samples) -> Samples:
        """In the device's thread: hands over what was heard, takes what is to be played."""
        self._loop.call_soon_threadsafe(self._on_heard, heard)
        with self._ready_lock:
            data = bytes(self._ready[: 2 * heard.size])
            del self._ready[: len(data)]
        return np.frombuffer(data.ljust(2 * heard.size, b"\0"), np.int16)

    def _on_heard(self, heard: Samples) -> None:
        self._heard = np.concatenate((self._heard, self._heard_rate.push(heard)))
        while self._heard.size >= FRAME_SAMPLES and not self._ended:
            frame, self._heard = self._heard[:FRAME_SAMPLES], self._heard[FRAME_SAMPLES:]
            self._tick(frame)

    def _tick(self, inbound: Frame) -> None:
        outbound = self.playout.next_frame()
        with self._ready_lock:
            self._ready += self._played_rate.push(outbound).tobytes()
            del self._ready[: -self._bytes(_MOST_READY_S)]  # the loudspeaker is slower than the microphone
        self._frames += 1
        if self._listener is not None:
            self._listener.on_frame(inbound, outbound)

    def _bytes(self, seconds: float) -> int:
        return 2 * round(self._device.rate_hz * seconds)

    def _end(self, ended: LegEnded) -> None:
        if self._ended:
            return
        self._ended = True
        self._stopping = self._loop.run_in_executor(None, self._device.stop)  # waits for the device's thread
        if self._listener is not None:
            self._listener.on_ended(ended)
