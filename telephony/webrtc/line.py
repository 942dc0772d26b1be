"""The line to one browser, from its offer until it says goodbye, falls silent, or is hung up."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from typing import Final

from telephony.audio import Frame
from telephony.clock import MediaClock
from telephony.rtp import MediaStats, RtpSession
from telephony.udp import open_port
from telephony.webrtc import sdp
from telephony.webrtc.dtls import Certificate
from telephony.webrtc.ice import IceLite
from telephony.webrtc.secure_port import PEER, SecurePort
from telephony.webrtc.settings import WebRtcSettings

CONNECT_S: Final = 15.0
"""From the offer until the handshake is over; browsers on a LAN take a tenth of a second."""
SILENT_S: Final = 15.0
"""A browser that sends nothing for so long is gone. Between calls it sends its checks alone, every 2.5 to 6 seconds."""
_LOOK_S: Final = 0.25
_log = logging.getLogger(__name__)


class Ending(Enum):
    """How a line came to its end."""

    NOT_MADE = auto()
    """It never came up."""
    CLOSED = auto()
    """By us."""
    GOODBYE = auto()
    """The browser said so: its page was closed, or is being loaded again."""
    SILENT = auto()
    """The browser was not heard of any more."""


class Line:
    """Construct, give the browser `answer`, then `run()`. `Ticked` by the clock between calls; in a call its leg calls
    `exchange`."""

    def __init__(self, id: str, offer: sdp.Offer, settings: WebRtcSettings) -> None:
        """id: the browser's own name for it. Raises NoFreePort."""
        self.id = id
        self._busy = False
        certificate = Certificate()
        self._ice = IceLite(offer.ufrag)
        udp = open_port(settings.bind_ip, settings.ports)
        ours = sdp.OurEnd(settings.addresses, udp.port, self._ice.ufrag, self._ice.password, certificate.fingerprint)
        self.answer = sdp.answer(offer, ours)
        self._fingerprints = offer.fingerprints
        self._port = SecurePort(udp, self._ice, certificate)
        self._rtp = RtpSession(self._port, self._port.reports)
        self._rtp.negotiate(PEER, offer.codec, None, send=True, receive=True)
        self._closing = asyncio.Event()

    @property
    def stats(self) -> MediaStats:
        return self._rtp.stats

    async def run(self, clock: MediaClock, on_up: Callable[[], None]) -> Ending:
        """Until the line is over, or cancelled. on_up: audio can flow."""
        clock.add(self)
        try:
            if not await self._connected():
                return Ending.NOT_MADE
            on_up()
            return await self._over()
        finally:
            clock.remove(self)
            await self._port.dtls.stop()
            self._rtp.close()

    def close(self) -> None:
        """Hangs up; `run` returns soon after."""
        self._closing.set()

    def begin_call(self) -> None:
        """A leg calls `exchange` from now on."""
        self._busy = True
        self._rtp.forget_heard()

    def end_call(self) -> None:
        self._busy = False

    def tick(self) -> None:
        """Between calls."""
        if not self._busy:
            self._port.begin_tick()
            self._port.drain()

    def exchange(self, outbound: Frame) -> Frame:
        """One frame each way; what is heard comes back."""
        self._port.begin_tick()
        inbound = self._rtp.tick_receive()
        self._rtp.send(outbound)
        return inbound

    async def _connected(self) -> bool:
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._ice.nominated.wait()
                trusted = await self._port.dtls.shake_hands(self._fingerprints)
        except TimeoutError:
            _log.info("a browser's phone did not connect within %.0f s: can UDP go between the two?", CONNECT_S)
            return False
        if not trusted:
            _log.warning("a browser's phone was refused: its handshake failed, or is not that of its offer")
        return trusted and not self._closing.is_set()

    async def _over(self) -> Ending:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_S):
                    await self._closing.wait()
                    return Ending.CLOSED
            if self._port.over:
                return Ending.GOODBYE
            if time.monotonic() - self._port.heard_at > SILENT_S:
                return Ending.SILENT
