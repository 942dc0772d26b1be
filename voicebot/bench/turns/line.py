"""A telephone line that a script holds the far end of: it is pulled frame by frame, and notes what was to be heard."""

import asyncio

import numpy as np

from models.training.channel import Audio, Codec, g711
from telephony.audio import FRAME_S, FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame
from telephony.leg import CallLeg, EndReason, LegEnded, LegListener, Party
from telephony.playout import Playout
from telephony.rtp import MediaStats

AUDIBLE: int = 100
"""Sample value from which a frame of the assistant's is heard; prompts here are tones without gaps."""


class Line(CallLeg):
    """One call's leg. `now_s` is the call's audio clock; a frame sent at a tick is heard in the 20 ms after it."""

    def __init__(self, bed: Audio, codec: Codec) -> None:
        """bed: the line's noise, full scale 1, repeated as needed."""
        self.id = "line"
        self.remote, self.local = Party("+8613800000000"), Party("service")
        self.direction = "inbound"
        self.playout = Playout()
        self.audible: list[bool] = []
        """Of every frame sent, whether it could be heard; frame n in the 20 ms from (n + 1) * 20 ms."""
        self._bed, self._codec = bed, codec
        self._coming = np.zeros(0, np.float32)
        self._listener: LegListener | None = None
        self._over = False

    @property
    def now_s(self) -> float:
        """Length of the caller's audio so far."""
        return len(self.audible) * FRAME_S

    @property
    def over(self) -> bool:
        return self._over

    def say(self, samples: Audio, *, at_s: float) -> None:
        """The caller's sound, from a time that is not past on."""
        gap = max(0, round((at_s - self.now_s) * SAMPLE_RATE_HZ) - self._coming.size)
        self._coming = np.concatenate([self._coming, np.zeros(gap, np.float32), samples])

    async def tick(self) -> None:
        """One frame each way; all that follows from the one before has happened."""
        await asyncio.sleep(FRAME_S)
        if self._over or self._listener is None:
            return
        outbound = self.playout.next_frame()
        inbound = self._inbound()
        self.audible.append(bool(np.max(np.abs(outbound)) > AUDIBLE))
        self._listener.on_frame(inbound, outbound)

    def _inbound(self) -> Frame:
        speech = np.zeros(FRAME_SAMPLES, np.float32)
        part = self._coming[:FRAME_SAMPLES]
        speech[: part.size] = part
        self._coming = self._coming[FRAME_SAMPLES:]
        places = (np.arange(FRAME_SAMPLES) + len(self.audible) * FRAME_SAMPLES) % self._bed.size
        return g711(np.clip(speech + self._bed[places], -1, 1) * np.float32(32767), self._codec)

    def listen(self, listener: LegListener) -> None:
        self._listener = listener

    async def answer(self) -> None: ...

    def hang_up(self) -> None:
        if not self._over:
            self._over = True
            assert self._listener
            self._listener.on_ended(LegEnded(EndReason.LOCAL_HANGUP))

    @property
    def stats(self) -> MediaStats:
        return MediaStats()

    def ring(self) -> None: ...

    def reject(self, code: int, reason: str) -> None: ...

    def send_dtmf(self, digits: str) -> None: ...

    def hold(self) -> None: ...

    def resume(self) -> None: ...
