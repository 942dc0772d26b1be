"""One UDP port on which a browser's checks, handshake, audio and reports come in, told apart by their first byte."""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress
from typing import Final

from telephony.udp import Address, UdpPort
from telephony.webrtc.dtls import Certificate, Dtls, is_dtls, is_rtcp
from telephony.webrtc.ice import IceLite, is_stun

PEER: Final[Address] = ("127.0.0.1", 9)
"""Stands for the browser, wherever it is: the RTP session need not follow it from network to network."""
MOST_IN_A_TICK: Final = 64
"""Datagrams looked at in 20 ms; of a flood the rest waits in the socket, and is lost there."""
MOST_CHECKS_IN_A_TICK: Final = 8
"""Of those, checks that name us: reading one and answering it takes 30 us. Browsers send one or two."""
_MOST_REPORTS: Final = 8


class SecurePort:
    """A `DatagramPort` of plain RTP. Polled: `begin_tick` once every 20 ms, then `receive` until it gives None."""

    def __init__(self, udp: UdpPort, ice: IceLite, certificate: Certificate) -> None:
        self.port = udp.port
        self.data = bytearray(2048)
        self.reports = ReportPort(self)
        self.dtls = Dtls(certificate, self._send_record, self._on_goodbye)
        self.over = False
        """The browser has said goodbye."""
        self.heard_at = time.monotonic()
        """When something came that only our browser can have sent."""
        self._udp = udp
        self._ice = ice
        self.begin_tick()

    def begin_tick(self) -> None:
        self._left, self._checks_left = MOST_IN_A_TICK, MOST_CHECKS_IN_A_TICK

    def drain(self) -> None:
        """While nobody listens: answers checks, and throws audio away."""
        while self.receive() is not None:
            pass

    def receive(self) -> tuple[int, Address, float] | None:
        while self._left > 0 and (received := self._udp.receive()) is not None:
            self._left -= 1
            size, source, age_s = received
            plain = self._take(self._udp.data[:size], source)
            if plain is None:
                continue
            if is_rtcp(plain):
                self.reports.put(plain, age_s)
                continue
            self.data[: len(plain)] = plain
            return len(plain), PEER, age_s
        return None

    def send(self, data: bytes | bytearray, _: Address) -> None:
        if self.dtls.up:
            self._send_record(self.dtls.protect(bytes(data)))

    def close(self) -> None:
        self._udp.close()

    def _take(self, datagram: bytearray, source: Address) -> bytes | None:
        """The plain RTP or RTCP in a datagram; everything else is dealt with here."""
        if not datagram:
            return None
        if is_stun(datagram[0]):
            if self._checks_left <= 0 or not self._ice.is_named_in(datagram):
                return None
            self._checks_left -= 1
            answer = self._ice.answer(bytes(datagram), source)
            if answer is not None:
                self.heard_at = time.monotonic()
                self._put(answer, source)
            return None
        if source != self._ice.peer:
            return None
        if is_dtls(datagram[0]):
            self.dtls.take(bytes(datagram))
            return None
        plain = self.dtls.unprotect(bytes(datagram))
        if plain is not None:
            self.heard_at = time.monotonic()
        return plain

    def _send_record(self, record: bytes) -> None:
        if self._ice.peer is not None:
            self._put(record, self._ice.peer)

    def _put(self, datagram: bytes, address: Address) -> None:
        with suppress(OSError):  # buffer full or no route now: lost on the way, and sent again by who needs it
            self._udp.send(datagram, address)

    def _on_goodbye(self) -> None:
        self.over = True


class ReportPort:
    """The `DatagramPort` of plain RTCP, which travels on the same UDP port."""

    def __init__(self, shared: SecurePort) -> None:
        self.port = shared.port
        self.data = bytearray(2048)
        self._shared = shared
        self._waiting: deque[tuple[bytes, float]] = deque(maxlen=_MOST_REPORTS)

    def put(self, report: bytes, age_s: float) -> None:
        self._waiting.append((report, age_s))

    def receive(self) -> tuple[int, Address, float] | None:
        if not self._waiting:
            return None
        report, age_s = self._waiting.popleft()
        self.data[: len(report)] = report
        return len(report), PEER, age_s

    def send(self, data: bytes | bytearray, address: Address) -> None:
        self._shared.send(data, address)

    def close(self) -> None:
        self._waiting.clear()
