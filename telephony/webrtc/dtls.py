"""DTLS-SRTP with a browser: handshake, certificate and keys by aiortc; the datagrams come from our own port."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final, Literal, cast

import pylibsrtp
from aiortc.rtcdtlstransport import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    SRTPProtectionProfile,
)
from aiortc.rtcicetransport import RTCIceTransport
from OpenSSL import SSL

from telephony.webrtc.sdp import Fingerprint

_log = logging.getLogger(__name__)

_MOST_WAITING: Final = 32
"""Handshake messages; a flood of them is dropped."""


def is_dtls(first_byte: int) -> bool:
    """By the first byte of a datagram (RFC 7983)."""
    return 20 <= first_byte <= 63


def is_rtcp(packet: bytes | bytearray) -> bool:
    """By the second byte of what came over the port that RTP and RTCP share (RFC 5761)."""
    return len(packet) > 1 and 64 <= packet[1] & 0x7F <= 95


class _OneHandshake(RTCCertificate):
    """Otherwise whoever has a line could have us shake hands again as often as they like: each costs 2 ms."""

    def _create_ssl_context(self, srtp_profiles: list[SRTPProtectionProfile]) -> SSL.Context:
        context = super()._create_ssl_context(srtp_profiles)
        context.set_options(SSL.OP_NO_RENEGOTIATION)
        return context


class Certificate:
    """Ours, for one line: the browser trusts it by its fingerprint alone."""

    def __init__(self) -> None:
        self.made = _OneHandshake.generateCertificate()

    @property
    def fingerprint(self) -> Fingerprint:
        first = next(each for each in self.made.getFingerprints() if each.algorithm == "sha-256")
        return Fingerprint(first.algorithm, first.value)


class _Datagrams:
    """What aiortc asks of an ICE transport: the DTLS records that came, and a way to send."""

    role: Final = "controlled"

    def __init__(self, send: Callable[[bytes], object]) -> None:
        self.received: asyncio.Queue[bytes] = asyncio.Queue(_MOST_WAITING)
        self._send_now = send

    async def _recv(self) -> bytes:
        return await self.received.get()

    async def _send(self, data: bytes) -> None:
        self._send_now(data)


class Dtls(RTCDtlsTransport):
    """One side of a handshake, and the SRTP that follows from it, packet by packet and without a task."""

    def __init__(
        self,
        certificate: Certificate,
        send: Callable[[bytes], object],
        on_over: Callable[[], None],
        *,
        role: Literal["client", "server"] = "client",
    ) -> None:
        """on_over: the other side has said goodbye."""
        self._datagrams = _Datagrams(send)
        super().__init__(cast(RTCIceTransport, self._datagrams), [certificate.made])
        self._set_role(role)
        self.on("statechange", lambda: on_over() if self.state == "closed" else None)

    @property
    def up(self) -> bool:
        """Whether packets can be protected: the handshake is over, and the certificate is the one of the offer."""
        return self.state == "connected"

    async def shake_hands(self, fingerprints: Sequence[Fingerprint]) -> bool:
        """Whether the other side is who its offer said."""
        shown = [RTCDtlsFingerprint(each.algorithm, each.value) for each in fingerprints]
        try:
            await self.start(RTCDtlsParameters(fingerprints=shown))
        except Exception:  # noqa: BLE001 - whatever a stranger's certificate breaks must not end everybody's calls
            _log.exception("a handshake failed in an unknown way; the browser is refused")
            return False
        return self.up

    def take(self, record: bytes) -> None:
        """One that came."""
        if not self._datagrams.received.full():
            self._datagrams.received.put_nowait(record)

    def unprotect(self, packet: bytes) -> bytes | None:
        """The plain RTP or RTCP; None for what is forged, came twice, or came before its time."""
        if not self.up:
            return None
        try:
            session = self._rx_srtp
            plain: bytes = session.unprotect_rtcp(packet) if is_rtcp(packet) else session.unprotect(packet)
        except pylibsrtp.Error:
            return None
        return plain

    def protect(self, packet: bytes) -> bytes:
        """While `up`."""
        session = self._tx_srtp
        return session.protect_rtcp(packet) if is_rtcp(packet) else session.protect(packet)


async def warm_up() -> None:
    """What the first handshake of a process takes longer for: one with ourselves. To be awaited before calls come."""
    ours, theirs = Certificate(), Certificate()
    one = Dtls(ours, lambda record: other.take(record), lambda: None)
    other = Dtls(theirs, one.take, lambda: None, role="server")
    async with asyncio.TaskGroup() as both:
        both.create_task(one.shake_hands([theirs.fingerprint]))
        both.create_task(other.shake_hands([ours.fingerprint]))
    await one.stop()
    await other.stop()
