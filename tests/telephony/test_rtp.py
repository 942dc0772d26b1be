"""A session hears its negotiated peer and nobody else, over real sockets, and its own packets are right on the wire."""

import socket
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise

import numpy as np
import pytest

from telephony.audio import FRAME_SAMPLES, SILENCE
from telephony.codecs import PCMA, PCMU, Codec
from telephony.rtp import DtmfNotNegotiated, NoFreePort, RtpSession
from telephony.rtp_packet import RtpPacket
from tests.telephony.conftest import RtpClock

pytestmark = pytest.mark.usefixtures("rtp_clock")
PORTS = range(42_000, 42_400)
LOUD = np.full(FRAME_SAMPLES, 8064, np.int16)  # a value that A-law keeps


class Peer:
    """The other end, packet by packet."""

    def __init__(self, ip: str = "127.0.0.1") -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((ip, 0))
        self.socket.settimeout(2)
        self.address: tuple[str, int] = self.socket.getsockname()
        self.sequence = 65_530
        self.timestamp = 2**32 - 500
        self.ssrc = 77

    def say(self, session: RtpSession, frames: int = 1, sample: int = 8064, payload_type: int = 8) -> None:
        for _ in range(frames):
            payload = PCMA.encode(np.full(FRAME_SAMPLES, sample, np.int16))
            packet = RtpPacket(payload_type, self.sequence, self.timestamp, self.ssrc, payload)
            self.send(session, packet.serialize())
            self.sequence = (self.sequence + 1) & 0xFFFF
            self.timestamp = (self.timestamp + FRAME_SAMPLES) & 0xFFFFFFFF

    def send(self, session: RtpSession, data: bytes) -> None:
        self.socket.sendto(data, ("127.0.0.1", session.local_port))

    def receive(self) -> RtpPacket:
        return RtpPacket.parse(self.socket.recv(2000))


@pytest.fixture
async def session() -> AsyncIterator[RtpSession]:
    session = await RtpSession.open("127.0.0.1", PORTS)
    yield session
    session.close()


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.socket.close()


def connect(session: RtpSession, peer: Peer, **settled: bool) -> None:
    session.negotiate(peer.address, PCMA, 101, **{"send": True, "receive": True, **settled})


async def two_sessions(codec: Codec, dtmf_payload_type: int | None) -> tuple[RtpSession, RtpSession]:
    """Each the other's peer; to be closed."""
    one, other = [await RtpSession.open("127.0.0.1", PORTS) for _ in range(2)]
    for session, remote in ((one, other), (other, one)):
        session.negotiate(("127.0.0.1", remote.local_port), codec, dtmf_payload_type, send=True, receive=True)
    return one, other


def listen(session: RtpSession, ticks: int) -> int:
    """How many ticks had the loud audio; the first 4 ms after a gap are a cross-fade."""
    return sum(bool((session.tick_receive()[32:] == 8064).all()) for _ in range(ticks))


async def test_audio_is_heard_over_the_wraps_of_sequence_and_timestamp(session: RtpSession, peer: Peer) -> None:
    connect(session, peer)
    heard = 0
    for _ in range(20):
        peer.say(session)
        heard += listen(session, 1)
    heard += listen(session, 2)
    assert heard == 20
    assert (session.stats.packets_received, session.stats.lost, session.stats.rejected) == (20, 0, 0)


async def test_a_call_begins_without_what_was_heard_in_the_one_before(session: RtpSession, peer: Peer) -> None:
    connect(session, peer)
    peer.say(session, 4)
    assert any(session.tick_receive().any() for _ in range(2))
    session.forget_heard()
    assert all(session.tick_receive() is SILENCE for _ in range(5))
    peer.say(session)
    assert any(session.tick_receive().any() for _ in range(3))


async def test_another_address_is_not_heard_and_gets_nothing(session: RtpSession, peer: Peer) -> None:
    connect(session, peer)
    intruder = Peer("127.0.0.2")
    intruder.say(session, 5)
    assert listen(session, 8) == 0
    assert session.stats.rejected == 5
    session.send(LOUD)
    assert peer.receive().payload == PCMA.encode(LOUD)
    intruder.socket.close()


async def test_the_port_is_learnt_from_the_first_packet_and_then_kept(session: RtpSession, peer: Peer) -> None:
    """The SDP names one port, the NAT sends from another: we answer where the audio comes from."""
    behind_nat, intruder = Peer(), Peer()
    connect(session, peer)
    behind_nat.say(session, 2)
    session.tick_receive()
    intruder.say(session, 4, sample=-8064)
    listen(session, 4)
    session.send(LOUD)
    assert behind_nat.receive().payload == PCMA.encode(LOUD)
    assert session.stats.rejected == 4
    for other in (behind_nat, intruder):
        other.socket.close()


async def test_rubbish_does_not_latch(session: RtpSession, peer: Peer) -> None:
    connect(session, peer)
    rubbish = Peer()
    for data in (b"", b"x", bytes(12), bytes(2000), RtpPacket(96, 1, 1, 1, b"video").serialize()):
        rubbish.send(session, data)
    listen(session, 3)
    session.send(LOUD)
    assert peer.receive().payload == PCMA.encode(LOUD)
    rubbish.socket.close()


async def test_another_ssrc_from_the_peer_is_followed_at_its_second_packet(session: RtpSession, peer: Peer) -> None:
    connect(session, peer)
    peer.say(session, 3)
    listen(session, 5)
    peer.ssrc, peer.timestamp, peer.sequence = 78, 12345, 9
    peer.say(session, 3)
    assert listen(session, 6) == 2


async def test_a_lost_packet_is_counted_and_concealed(session: RtpSession, peer: Peer) -> None:
    connect(session, peer)
    for n in range(20):
        if n == 10:
            peer.sequence, peer.timestamp = (peer.sequence + 1) & 0xFFFF, (peer.timestamp + 160) & 0xFFFFFFFF
        else:
            peer.say(session)
        listen(session, 1)
    assert session.stats.lost == 1
    assert session.stats.concealed_frames >= 1


async def test_our_packets_carry_on_sequence_and_time_and_mark_the_beginning(session: RtpSession, peer: Peer) -> None:
    connect(session, peer)
    for frame in (LOUD, SILENCE, LOUD):
        session.send(frame)
    packets = [peer.receive() for _ in range(3)]
    assert [packet.marker for packet in packets] == [True, False, False]
    assert {(b.sequence - a.sequence) & 0xFFFF for a, b in pairwise(packets)} == {1}
    assert {(b.timestamp - a.timestamp) & 0xFFFFFFFF for a, b in pairwise(packets)} == {160}
    assert packets[1].payload == PCMA.encode(SILENCE)
    assert len({packet.ssrc for packet in packets}) == 1


async def test_on_hold_nothing_is_sent_but_time_goes_on(session: RtpSession, peer: Peer) -> None:
    connect(session, peer)
    session.send(LOUD)
    connect(session, peer, send=False)
    for _ in range(9):
        session.send(LOUD)
    connect(session, peer)
    session.send(LOUD)
    before, after = peer.receive(), peer.receive()
    assert (after.timestamp - before.timestamp) & 0xFFFFFFFF == 10 * 160
    assert after.marker


async def test_after_a_stall_the_timestamps_follow_the_clock(
    session: RtpSession, peer: Peer, rtp_clock: RtpClock
) -> None:
    connect(session, peer)
    session.send(LOUD)
    rtp_clock.now_s += 0.3
    session.send(LOUD)
    before, after = peer.receive(), peer.receive()
    assert (after.timestamp - before.timestamp) & 0xFFFFFFFF == 15 * 160
    assert after.marker


async def test_keys_pressed_on_one_side_are_heard_on_the_other() -> None:
    one, other = await two_sessions(PCMU, 96)
    keys: list[str] = []
    other.on_dtmf = keys.append
    one.send_dtmf("20241105#")
    for _ in range(110):
        one.send(LOUD)
        other.tick_receive()
    assert "".join(keys) == "20241105#"
    one.close()
    other.close()


async def test_a_key_amid_which_the_machine_stood_still_is_one_key(rtp_clock: RtpClock) -> None:
    """The timestamps of the audio go on with the time that passed; a key's own stays."""
    one, other = await two_sessions(PCMU, 96)
    keys: list[str] = []
    other.on_dtmf = keys.append
    one.send_dtmf("2244")
    for tick in range(60):
        rtp_clock.now_s += 0.5 if tick % 3 == 2 else 0.02
        one.send(LOUD)
        other.tick_receive()
    assert "".join(keys) == "2244"
    one.close()
    other.close()


async def test_keys_without_telephone_event_are_refused_with_the_reason(session: RtpSession, peer: Peer) -> None:
    session.negotiate(peer.address, PCMA, None, send=True, receive=True)
    with pytest.raises(DtmfNotNegotiated, match="telephone-event"):
        session.send_dtmf("1")


async def test_a_flood_is_worked_off_in_portions(session: RtpSession, peer: Peer) -> None:
    connect(session, peer)
    flood = Peer("127.0.0.3")
    for _ in range(100):
        flood.say(session)
    session.tick_receive()
    assert session.stats.rejected <= 32
    flood.socket.close()


async def test_ports_are_even_and_running_out_of_them_names_the_setting() -> None:
    narrow = range(42_501, 42_506)
    sessions = [await RtpSession.open("127.0.0.1", narrow) for _ in range(2)]
    assert {session.local_port for session in sessions} == {42_502, 42_504}
    with pytest.raises(NoFreePort, match=r"media\.rtp_ports"):
        await RtpSession.open("127.0.0.1", narrow)
    sessions[0].close()
    again = await RtpSession.open("127.0.0.1", narrow)
    for session in (again, sessions[1]):
        session.close()


async def test_a_host_name_as_remote_is_refused_before_it_can_block_the_loop(session: RtpSession) -> None:
    with pytest.raises(ValueError, match="localhost"):
        session.negotiate(("localhost", 4000), PCMA, None, send=True, receive=True)


async def test_reports_tell_each_side_how_it_is_heard(monkeypatch: pytest.MonkeyPatch, rtp_clock: RtpClock) -> None:
    monkeypatch.setattr("telephony.reporting._INTERVAL_S", 0.1)
    one, other = await two_sessions(PCMA, None)
    for n in range(160):
        one.send(LOUD)
        other.send(LOUD)
        if n % 50 == 49:
            rtp_clock.now_s += 0.25  # reports are polled about once a second of audio
        one.tick_receive()
        other.tick_receive()
    assert one.stats.remote_lost_share == 0.0
    assert one.stats.round_trip_ms is not None and one.stats.round_trip_ms < 2000
    one.close()
    other.close()
