"""One call on a browser's phone, from ring to hang-up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from telephony.audio import FRAME_S, SILENCE
from telephony.clock import MediaClock
from telephony.leg import EndReason, LegEnded, LegError, LegListener
from telephony.playout import Playout
from telephony.rtp import MediaStats
from telephony.sip.refer import TransferRequest
from telephony.webrtc.line import Line

BUSY_HERE = 486
UNAVAILABLE = 480
AWAY_S: Final = 1.0
"""A browser in a call sends a packet every 20 ms. One that is silent for so long is on its way back, or gone."""
PATIENCE_IN_CALL_S: Final = 20.0
"""For a page that is opened again after its browser died or the console had to start anew, a network that comes back, a
headset that is plugged in."""
_LOOK_EVERY_FRAMES: Final = 25


class HasLine(Protocol):
    """A phone, whose line may be lost and found again while it is in a call."""

    line: Line | None


class BrowserLeg:
    """Rings until `pick_up`, `decline` or `hang_up`. What a SIP phone's leg is to who rings it.

    A browser that sends nothing in mid-call has put the call on hold, as it were: whoever it talks to hears music
    until it is back, and the call has ended when that takes too long.
    """

    def __init__(self, phone: HasLine, clock: MediaClock, *, on_over: Callable[[], None]) -> None:
        self.playout = Playout()
        self.on_transfer: Callable[[TransferRequest], bool] | None = None
        """Never called: a browser's page passes calls on by itself."""
        self.ended: LegEnded | None = None
        self.up = False
        self._phone = phone
        self._clock = clock
        self._on_over = on_over
        self._listener: LegListener | None = None
        self._settled = asyncio.Event()
        self._frames = 0
        self._received = 0
        self._silent_s = 0.0
        self._away = False

    @property
    def ringing(self) -> bool:
        return not self.up and self.ended is None

    @property
    def stats(self) -> MediaStats:
        line = self._phone.line
        return line.stats if line is not None else MediaStats()

    def listen(self, listener: LegListener) -> None:
        self._listener = listener

    def send_dtmf(self, digits: str) -> None:
        """Nobody at a browser waits for keys."""

    async def answered(self, timeout_s: float = 60.0) -> None:
        """Raises LegError when nobody takes the call."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._settled.wait()
        except TimeoutError:
            self.end(LegEnded(EndReason.TIMEOUT, text=f"not answered within {timeout_s:g} s"))
        if self.ended is not None:
            raise LegError(self.ended)

    def pick_up(self) -> None:
        """At the browser. Harmless when it does not ring."""
        if self.ringing:
            self.up = True
            if (line := self._phone.line) is not None:
                line.begin_call()
            self._clock.add(self)
            self._settled.set()

    def decline(self) -> None:
        """At the browser."""
        self.end(LegEnded(EndReason.REJECTED, BUSY_HERE, "declined"))

    def gone(self) -> None:
        """The browser is no longer there."""
        if self.up:
            self.end(LegEnded(EndReason.MEDIA_TIMEOUT, text="the browser's phone is gone"))
        else:
            self.end(LegEnded(EndReason.REJECTED, UNAVAILABLE, "the browser's phone is gone"))

    def hang_up(self) -> None:
        self.end(LegEnded(EndReason.LOCAL_HANGUP))

    def end(self, ended: LegEnded) -> None:
        """Once and for all."""
        if self.ended is not None:
            return
        self.ended = ended
        self._clock.remove(self)
        self._on_over()
        self._settled.set()
        if self._listener is not None:
            self._listener.on_ended(ended)

    def tick(self) -> None:
        """One frame each way; what is to be said waits while the line is being found again."""
        line = self._phone.line
        outbound = SILENCE if line is None else self.playout.next_frame()
        inbound = SILENCE if line is None else line.exchange(outbound)
        if self._listener is not None:
            self._listener.on_frame(inbound, outbound)
        self._frames += 1
        if self._frames % _LOOK_EVERY_FRAMES == 0:
            self._look_for_packets(line)

    def _look_for_packets(self, line: Line | None) -> None:
        received = self._received if line is None else line.stats.packets_received
        self._silent_s = 0.0 if received != self._received else self._silent_s + _LOOK_EVERY_FRAMES * FRAME_S
        self._received = received
        if self._silent_s >= PATIENCE_IN_CALL_S:
            self.gone()
        elif self._away is not (self._silent_s >= AWAY_S):
            self._away = not self._away
            if self._listener is not None:
                self._listener.on_hold(self._away)
