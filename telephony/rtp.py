"""One call's audio over RTP: receiving through the jitter buffer, sending, keys, and reports on the quality."""

import ipaddress
import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from telephony.audio import FRAME_S, FRAME_SAMPLES, SAMPLE_RATE_HZ, SILENCE, Frame
from telephony.codecs import PCMA, Codec
from telephony.concealment import Concealer
from telephony.dtmf import DtmfPacket, DtmfReceiver, DtmfSender
from telephony.jitter import JitterBuffer
from telephony.reporting import QualityReports
from telephony.rtcp import Reception
from telephony.rtp_packet import HEADER, LARGEST, MARKER, VERSION_2, InvalidRtp, RtpPacket
from telephony.udp import Address, DatagramPort, NoFreePort, open_port_pair

__all__ = ["DtmfNotNegotiated", "MediaStats", "NoFreePort", "RtpSession"]

_MAX_PACKETS_PER_TICK: Final = 32
_RELATCH_AFTER_S: Final = 2.0
"""A peer that was silent for so long may come back from another port (its NAT forgot the old one)."""
_LONGEST_CATCH_UP_S: Final = 0.11
"""After a longer pause between frames the timestamps go on with the time that really passed."""
_REPORTS_EVERY_TICKS: Final = 50
_COMFORT_NOISE: Final = 13  # RFC 3389: a sign of life between words, without audio


class DtmfNotNegotiated(RuntimeError):
    """Keys cannot be sent on this call."""


@dataclass(frozen=True, slots=True)
class MediaStats:
    """One leg's media up to now."""

    packets_sent: int = 0
    packets_received: int = 0
    lost: int = 0
    """Packets that never came."""
    late: int = 0
    """Packets that came too late to be heard, or twice."""
    rejected: int = 0
    """Datagrams from other senders than the negotiated peer, or that are no RTP."""
    concealed_frames: int = 0
    jitter_ms: float = 0.0
    remote_lost_share: float | None = None
    """Share of our packets that the peer lost, from its last report."""
    round_trip_ms: float | None = None


class RtpSession:
    """One RTP port. Not a task and not a callback: the leg's tick polls it, every 20 ms.

    Hears only the negotiated peer: its IP address must be the one in the SDP, while its port is learnt from the first
    valid packet (symmetric RTP, RFC 4961) and then kept.
    """

    def __init__(
        self, media: DatagramPort, control: DatagramPort, *, any_address: bool = False, outgoing_loss: float = 0.0
    ) -> None:
        """any_address: take audio from whoever sends first, for peers whose SDP holds an address behind a NAT.
        outgoing_loss: share of our packets thrown away on purpose, to rehearse a bad line.
        """
        self.on_dtmf: Callable[[str], None] | None = None
        self.local_port = media.port
        self._port = media
        self._packet = memoryview(media.data)
        self._any_address = any_address
        self._outgoing_loss = outgoing_loss
        self._jitter = JitterBuffer()
        self._concealer = Concealer()
        self._reception = Reception()
        self._dtmf_in = DtmfReceiver()
        self._dtmf_out = DtmfSender()
        self._dtmf_payload_type: int | None = None
        # The peer
        self._in_sdp: Address | None = None
        self._destination: Address = ("0.0.0.0", 0)
        self._source: Address | None = None
        self._remote_ssrc: int | None = None
        self._new_ssrc: int | None = None
        self._last_packet_at = time.monotonic()
        # Our own stream; its numbers begin at random (RFC 3550, section 5.1)
        self._ssrc = secrets.randbits(32)
        self._sequence = secrets.randbits(16)
        self._timestamp = secrets.randbits(32)
        self._key_began = 0
        """Of the key that is being sent: also after a stall, or it would be heard as a second one."""
        self._marker = MARKER
        self._outgoing = bytearray(HEADER.size)
        self._last_frame_at = 0.0
        self._set_codec(PCMA)
        self._sending = self._receiving = False
        self._packets_sent = self._octets_sent = self._rejected = self._concealed = 0
        self._reports = QualityReports(control, self._ssrc)
        self._ticks_to_reports = _REPORTS_EVERY_TICKS

    @classmethod
    async def open(
        cls, local_ip: str, ports: range, *, any_address: bool = False, outgoing_loss: float = 0.0
    ) -> "RtpSession":
        """Binds a free even port of the range (IPv4) and the odd one above it for RTCP. Raises NoFreePort."""
        return cls(*open_port_pair(local_ip, ports), any_address=any_address, outgoing_loss=outgoing_loss)

    def negotiate(
        self, remote: Address, codec: Codec, dtmf_payload_type: int | None, *, send: bool, receive: bool
    ) -> None:
        """What offer and answer (or a re-INVITE) settled. remote: numeric IPv4 address and port from the SDP."""
        ipaddress.IPv4Address(remote[0])  # a host name here would make every packet wait for the DNS
        if remote != self._in_sdp:
            self._in_sdp = self._destination = remote
            self._source = None
        self._set_codec(codec)
        self._dtmf_payload_type = dtmf_payload_type
        self._sending = send and remote[1] != 0 and remote[0] != "0.0.0.0"
        self._receiving = receive
        self._marker = MARKER
        self._last_packet_at = time.monotonic()

    @property
    def stats(self) -> MediaStats:
        return MediaStats(
            packets_sent=self._packets_sent,
            packets_received=self._reception.received,
            lost=self._reception.lost,
            late=self._jitter.late,
            rejected=self._rejected,
            concealed_frames=self._concealed,
            jitter_ms=self._jitter.jitter_samples * 1000 / SAMPLE_RATE_HZ,
            remote_lost_share=self._reports.remote_lost_share,
            round_trip_ms=self._reports.round_trip_ms,
        )

    def last_packet_age_s(self, now: float) -> float:
        """Seconds since the peer's last packet, or since the negotiation. now: of the monotonic clock."""
        return now - self._last_packet_at

    def close(self) -> None:
        """Frees both ports. Idempotent."""
        self._receiving = self._sending = False
        self._port.close()
        self._reports.close()

    # Receiving

    def tick_receive(self) -> Frame:
        """What is heard in this tick: concealed where lost, silence where nothing comes."""
        self._take_in_packets()
        self._ticks_to_reports -= 1
        if self._ticks_to_reports == 0:
            self._exchange_reports()
        frame = self._jitter.pull()
        if frame is not None:
            return self._concealer.received(frame)
        substitute = self._concealer.lost()
        if substitute is not SILENCE:
            self._concealed += 1
        return substitute

    def forget_heard(self) -> None:
        """Another call begins on this session: nothing of the one before it is to be heard."""
        self._jitter.restart()
        self._concealer = Concealer()

    def _take_in_packets(self) -> None:
        """What has come since the last tick; of a flood only a part. A packet that came just now is taken for the last
        one, which spares a system call in every tick: a second behind it is found old in the next tick."""
        receive = self._port.receive
        for _ in range(_MAX_PACKETS_PER_TICK):
            received = receive()
            if received is None:
                return
            size, address, age_s = received
            if self._receiving and not self._take_in(size, address, time.monotonic() - age_s):
                self._rejected += 1
            elif 0.0 < age_s < FRAME_S:
                return

    def _take_in(self, size: int, address: Address, arrival_s: float) -> bool:
        """False when the datagram is not a packet of the negotiated peer."""
        if not HEADER.size < size <= LARGEST:
            return False
        if address != self._source and not self._may_be_peer(address, arrival_s):
            return False
        first, second, sequence, timestamp, ssrc = HEADER.unpack_from(self._packet)
        if first == VERSION_2:  # no padding, extension or sources: a telephone's ordinary packet
            payload: memoryview | bytes = self._packet[HEADER.size : size]
        else:
            try:
                payload = RtpPacket.parse(self._packet[:size]).payload
            except InvalidRtp:
                return False
        payload_type = second & 0x7F
        if payload_type not in (self._payload_type, self._dtmf_payload_type, _COMFORT_NOISE):
            return False
        if address != self._source:
            self._latch(address)
        if ssrc != self._remote_ssrc and not self._follows_to(ssrc):
            return True
        self._last_packet_at = arrival_s
        self._reception.put(sequence)
        if payload_type == self._payload_type:
            self._jitter.put(timestamp, self._codec.decode(payload), arrival_s)
        elif payload_type == self._dtmf_payload_type:
            self._hear_key(timestamp, payload)
        return True

    def _may_be_peer(self, address: Address, now: float) -> bool:
        """Whether this sender's first valid packet makes it the peer."""
        if self._in_sdp is None or (address[0] != self._in_sdp[0] and not self._any_address):
            return False
        return self._source is None or now - self._last_packet_at > _RELATCH_AFTER_S

    def _latch(self, address: Address) -> None:
        self._source = self._destination = address

    def _follows_to(self, ssrc: int) -> bool:
        """Another SSRC from the peer's own address is its new stream once a second packet bears it out."""
        if self._remote_ssrc is not None and ssrc != self._new_ssrc:
            self._new_ssrc = ssrc
            return False
        if self._remote_ssrc is not None:
            self._jitter.restart()
        self._remote_ssrc, self._new_ssrc = ssrc, None
        return True

    def _hear_key(self, timestamp: int, payload: memoryview | bytes) -> None:
        digit = self._dtmf_in.put(timestamp, payload)
        if digit is not None and self.on_dtmf is not None:
            self.on_dtmf(digit)

    # Sending

    def send(self, frame: Frame) -> None:
        """One frame of audio; a key being pressed takes its place."""
        self._keep_time()
        if self._sending:
            if self._dtmf_out.busy:
                self._send_key(self._dtmf_out.next_packet())
            else:
                payload = self._silence if frame is SILENCE else self._codec.encode(frame)
                self._send_packet(self._payload_type | self._marker, self._timestamp, payload)
                self._marker = 0
        self._timestamp = (self._timestamp + FRAME_SAMPLES) & 0xFFFFFFFF

    def send_dtmf(self, digits: str) -> None:
        """Presses keys in the coming ticks. Raises DtmfNotNegotiated, DtmfError."""
        if self._dtmf_payload_type is None:
            raise DtmfNotNegotiated("the other side did not offer telephone-event (RFC 4733): keys cannot be sent")
        self._dtmf_out.press(digits)

    def _send_key(self, key: DtmfPacket | None) -> None:
        if key is None or self._dtmf_payload_type is None:  # the gap after a key
            self._marker = MARKER
            return
        marker = 0
        if key.first:
            marker, self._key_began = MARKER, self._timestamp
        self._send_packet(self._dtmf_payload_type | marker, self._key_began, key.payload)

    def _keep_time(self) -> None:
        """After a stall or a hold the timestamps go on with the time that really passed."""
        now = time.monotonic()
        paused_s = now - self._last_frame_at
        if paused_s > _LONGEST_CATCH_UP_S and self._last_frame_at:
            missed = round(paused_s / FRAME_S) - 1
            self._timestamp = (self._timestamp + missed * FRAME_SAMPLES) & 0xFFFFFFFF
            self._marker = MARKER
        self._last_frame_at = now

    def _send_packet(self, second_byte: int, timestamp: int, payload: bytes) -> None:
        outgoing = self._outgoing
        HEADER.pack_into(outgoing, 0, VERSION_2, second_byte, self._sequence, timestamp, self._ssrc)
        self._sequence = (self._sequence + 1) & 0xFFFF
        if self._outgoing_loss and random.random() < self._outgoing_loss:
            return
        try:
            self._port.send(outgoing + payload, self._destination)
        except OSError:  # buffer full or no route now: a packet lost on the way, which the far end conceals
            return
        self._packets_sent += 1
        self._octets_sent += len(payload)

    def _set_codec(self, codec: Codec) -> None:
        self._codec = codec
        self._payload_type = codec.payload_type
        self._silence = codec.encode(SILENCE)

    def _exchange_reports(self) -> None:
        self._ticks_to_reports = _REPORTS_EVERY_TICKS
        host, port = self._destination
        self._reports.poll(host)
        if port:
            self._reports.send_if_due(
                (host, port + 1),
                timestamp=self._timestamp,
                packets=self._packets_sent,
                octets=self._octets_sent,
                source=self._remote_ssrc,
                reception=self._reception,
                jitter=int(self._jitter.jitter_samples),
            )
