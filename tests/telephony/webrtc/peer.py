"""A browser's side of a phone, by aiortc: real ICE, DTLS and SRTP on this machine, a tone for a microphone."""

from __future__ import annotations

import asyncio
from fractions import Fraction

import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame

from telephony.audio import FRAME_S, FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples


def tone(hz: float, seconds: float) -> Samples:
    samples: Samples = (
        8000 * np.sin(2 * np.pi * hz * np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ)
    ).astype(np.int16)
    return samples


def pitch_hz(samples: Samples) -> float:
    """The strongest frequency."""
    power = np.abs(np.fft.rfft(samples.astype(np.float64) * np.hanning(samples.size)))
    return float(np.argmax(power) * SAMPLE_RATE_HZ / samples.size)


class Microphone(MediaStreamTrack):
    """Says one tone for ever, a packet every 20 ms."""

    kind = "audio"

    def __init__(self, hz: float) -> None:
        super().__init__()
        self._second = tone(hz, 1.0)  # a whole number of periods: no seam
        self._sent = 0
        self._began_at = asyncio.get_running_loop().time()

    async def recv(self) -> AudioFrame:
        due_at = self._began_at + self._sent * FRAME_S
        await asyncio.sleep(max(0.0, due_at - asyncio.get_running_loop().time()))
        start = self._sent * FRAME_SAMPLES % SAMPLE_RATE_HZ
        frame = AudioFrame.from_ndarray(self._second[None, start : start + FRAME_SAMPLES], format="s16", layout="mono")
        frame.pts, frame.sample_rate = self._sent * FRAME_SAMPLES, SAMPLE_RATE_HZ
        frame.time_base = Fraction(1, SAMPLE_RATE_HZ)
        self._sent += 1
        return frame


class Peer:
    """Construct, `offer()`, `accept()` the answer. Close it at the end."""

    def __init__(self, hz: float = 500.0) -> None:
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.connection.addTrack(Microphone(hz))
        self.connection.on("track", self._hear)
        self._frames: list[Samples] = []
        self._hearing: asyncio.Task[None] | None = None

    async def offer(self) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def accept(self, answer: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    @property
    def heard(self) -> Samples:
        """All of it, at 8 kHz."""
        return np.concatenate([np.zeros(0, np.int16), *self._frames])

    def vanish(self) -> None:
        """The network is gone: nothing is sent any more, not even a goodbye."""
        for protocol in self._ice()._protocols:
            protocol.transport.abort()

    async def close(self) -> None:
        await self.connection.close()
        if self._hearing is not None:
            self._hearing.cancel()

    def _ice(self):  # type: ignore[no-untyped-def]
        return self.connection.getTransceivers()[0].receiver.transport.transport._connection

    def _hear(self, track: MediaStreamTrack) -> None:
        self._hearing = asyncio.create_task(self._listen(track))

    async def _listen(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            assert isinstance(frame, AudioFrame)
            self._frames.append(frame.to_ndarray()[0])
