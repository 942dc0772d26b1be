"""Keys come from a handshake with the certificate that was named, and open the other side's packets and no others."""

import asyncio
from contextlib import suppress

from aiortc.rtcdtlstransport import RTCCertificate
from OpenSSL import SSL

from telephony.rtp_packet import RtpPacket
from telephony.webrtc.dtls import Certificate, Dtls, warm_up
from telephony.webrtc.sdp import Fingerprint

PACKET = RtpPacket(8, 1, 160, 7, bytes(160)).serialize()
REPORT = bytes([0x80, 201, 0, 1, 0, 0, 0, 7])


async def joined(shown: Fingerprint | None = None) -> tuple[Dtls, Dtls]:
    """Two sides; the first is shown another fingerprint than the second's own, if it is given."""
    ours, theirs = Certificate(), Certificate()
    one = Dtls(ours, lambda record: other.take(record), lambda: None)
    other = Dtls(theirs, one.take, lambda: None, role="server")
    await asyncio.gather(one.shake_hands([shown or theirs.fingerprint]), other.shake_hands([ours.fingerprint]))
    return one, other


async def test_packets_and_reports_go_over_and_nothing_opens_twice_or_forged() -> None:
    one, other = await joined()
    for plain in (PACKET, REPORT):
        sealed = one.protect(plain)
        assert sealed != plain and other.unprotect(sealed[:-1] + bytes([sealed[-1] ^ 1])) is None
        assert other.unprotect(sealed) == plain
        assert other.unprotect(sealed) is None and other.unprotect(plain) is None
    await one.stop()
    await other.stop()


async def test_another_certificate_than_the_one_named_is_no_connection() -> None:
    one, other = await joined(Fingerprint("sha-256", ":".join(["AB"] * 32)))
    assert not one.up and one.unprotect(PACKET) is None
    await other.stop()


async def test_warming_up_leaves_nothing_behind() -> None:
    before = asyncio.all_tasks()
    await warm_up()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


async def test_nobody_has_us_shake_hands_again() -> None:
    ours, theirs, sent = Certificate(), Certificate(), list[bytes]()
    theirs.made = RTCCertificate.generateCertificate()  # which would, as browsers would not

    def send(record: bytes) -> None:
        sent.append(record)
        other.take(record)

    one = Dtls(ours, send, lambda: None)
    other = Dtls(theirs, one.take, lambda: None, role="server")
    await asyncio.gather(one.shake_hands([theirs.fingerprint]), other.shake_hands([ours.fingerprint]))
    sent.clear()
    assert other._ssl is not None
    other._ssl.renegotiate()
    with suppress(SSL.Error):
        other._ssl.do_handshake()
    await other._write_ssl()
    await asyncio.sleep(0.3)
    assert one.up and not [record for record in sent if record[0] == 22]
    assert other.unprotect(one.protect(PACKET)) == PACKET
    await one.stop()
    await other.stop()
