"""The one port of a line: strangers reach nothing behind it, and a flood costs no more than its share of a tick."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from telephony.rtp_packet import RtpPacket
from telephony.udp import open_port
from telephony.webrtc.dtls import Certificate, Dtls
from telephony.webrtc.ice import IceLite
from telephony.webrtc.secure_port import MOST_CHECKS_IN_A_TICK, MOST_IN_A_TICK, PEER, SecurePort
from tests.telephony.webrtc.test_ice import check

PLAIN = RtpPacket(8, 1, 160, 7, bytes(160)).serialize()
REPORT = bytes([0x80, 201, 0, 1, 0, 0, 0, 7])


@contextmanager
def opened() -> Iterator[tuple[SecurePort, IceLite, Certificate]]:
    ice, ours = IceLite("them"), Certificate()
    port = SecurePort(open_port("127.0.0.1", range(40000, 50000)), ice, ours)
    with closing(port):
        yield port, ice, ours


def browser() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    made.setblocking(False)
    return made


async def test_audio_and_reports_of_the_browser_come_through_and_nothing_else_does() -> None:
    with opened() as (port, ice, ours), closing(browser()) as peer, closing(browser()) as stranger:
        here = ("127.0.0.1", port.port)
        peer.sendto(check(f"{ice.ufrag}:them", ice.password), here)
        assert port.receive() is None and peer.recv(1500)  # answered, and nominated by it
        theirs = Certificate()
        other = Dtls(theirs, lambda record: peer.sendto(record, here), lambda: None, role="server")
        shaking = asyncio.gather(port.dtls.shake_hands([theirs.fingerprint]), other.shake_hands([ours.fingerprint]))
        async with asyncio.timeout(30):
            while not shaking.done():
                await asyncio.sleep(0.01)
                port.begin_tick()
                port.drain()
                try:
                    other.take(peer.recv(4096))
                except BlockingIOError:
                    continue
        for junk in (b"", b"\x00", b"\x16\xfe\xfd", PLAIN, other.protect(PLAIN)):
            stranger.sendto(junk, here)
        for junk in (b"", b"\xff" * 50, PLAIN, other.protect(PLAIN)[:-1]):
            peer.sendto(junk, here)
        peer.sendto(other.protect(REPORT), here)
        peer.sendto(other.protect(RtpPacket(8, 2, 320, 7, bytes(160)).serialize()), here)
        port.begin_tick()
        size, source, _ = port.receive() or (0, None, 0)
        assert RtpPacket.parse(port.data[:size]).sequence == 2 and source == PEER
        assert port.receive() is None
        size, _, _ = port.reports.receive() or (0, None, 0)
        assert bytes(port.reports.data[:size]) == REPORT and port.reports.receive() is None
        await port.dtls.stop()
        await other.stop()


async def test_of_a_flood_only_a_part_is_looked_at_in_one_tick() -> None:
    with opened() as (port, ice, _), closing(browser()) as peer:
        for _ in range(MOST_IN_A_TICK):
            peer.sendto(b"\x00" * 20, ("127.0.0.1", port.port))
        peer.sendto(check(f"{ice.ufrag}:them", ice.password), ("127.0.0.1", port.port))
        port.drain()
        assert ice.peer is None
        port.begin_tick()
        port.drain()
        assert ice.peer is not None


def has_answer(of: socket.socket) -> bool:
    with suppress(BlockingIOError):
        return bool(of.recv(1500))
    return False


async def test_checks_that_take_long_to_read_are_not_read() -> None:
    """A stranger's: with hundreds of attributes each took 0.2 ms, and 64 of them came in a tick."""
    attributes = b"\x80\x22\x00\x00" * 360
    long = b"\x00\x01" + len(attributes).to_bytes(2, "big") + b"\x21\x12\xa4\x42" + bytes(12) + attributes
    with opened() as (port, ice, _), closing(browser()) as peer:
        took_s = []
        for _ in range(10):
            for _ in range(MOST_IN_A_TICK):
                peer.sendto(long, ("127.0.0.1", port.port))
            port.begin_tick()
            began = time.thread_time()
            port.drain()
            took_s.append(time.thread_time() - began)
        assert min(took_s) < 0.005
        peer.sendto(check(f"{ice.ufrag}:them", ice.password), ("127.0.0.1", port.port))
        port.begin_tick()
        port.drain()
        assert has_answer(peer)


async def test_a_browser_that_checks_without_end_is_answered_now_and_then() -> None:
    with opened() as (port, ice, _), closing(browser()) as peer:
        for _ in range(MOST_IN_A_TICK):
            peer.sendto(check(f"{ice.ufrag}:them", ice.password), ("127.0.0.1", port.port))
        port.begin_tick()
        port.drain()
        assert sum(has_answer(peer) for _ in range(MOST_IN_A_TICK)) == MOST_CHECKS_IN_A_TICK
