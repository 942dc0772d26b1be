"""RTCP (RFC 3550, section 6): how well the other side hears us, and telling it how well we hear."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from telephony.jitter import signed16

SENDER_REPORT: Final = 200
RECEIVER_REPORT: Final = 201
SOURCE_DESCRIPTION: Final = 202
NTP_EPOCH_S: Final = 2_208_988_800
"""Seconds from 1900, where NTP begins, to 1970."""

_HEADER: Final = struct.Struct("!BBH")
_BLOCK: Final = struct.Struct("!IIIIII")
_SENDER_INFO: Final = struct.Struct("!IIIII")
_CNAME: Final = 1
_MAX_DROPOUT: Final = 3000  # a sequence number farther ahead means that the peer began anew (appendix A.1)


class Reception:
    """Counts one source's packets by their sequence numbers (appendix A.3)."""

    def __init__(self) -> None:
        self.received = 0
        self.highest = 0
        """Highest sequence number, extended by the count of wraps: 32 bits."""
        self._expected_before = 0  # expected of the streams before a restart
        self._base: int | None = None
        self._at_last_report = (0, 0)  # expected, received

    def put(self, sequence: int) -> None:
        self.received += 1
        step = signed16(sequence - self.highest)
        if self._base is None or not -_MAX_DROPOUT < step < _MAX_DROPOUT:
            self._expected_before = self.expected
            self._base = self.highest = sequence
        elif step > 0:
            self.highest += step

    @property
    def expected(self) -> int:
        current = 0 if self._base is None else self.highest - self._base + 1
        return self._expected_before + current

    @property
    def lost(self) -> int:
        """Never below zero, though duplicates count as received."""
        return max(0, self.expected - self.received)

    def fraction_lost(self) -> int:
        """Share lost since this was last asked, in 256ths."""
        expected, received = self.expected, self.received
        expected_before, received_before = self._at_last_report
        self._at_last_report = (expected, received)
        interval = expected - expected_before
        lost = interval - (received - received_before)
        return min(255, 256 * lost // interval) if interval > 0 and lost > 0 else 0


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """How one receiver hears one source."""

    ssrc: int
    fraction_lost: int
    lost: int
    highest: int
    jitter: int
    """In timestamp units."""
    last_report: int
    """Middle 32 bits of the NTP time in the last sender report heard; 0 for none."""
    since_last_report: int
    """Delay since then, in 65536ths of a second."""

    @classmethod
    def parse(cls, data: bytes, start: int) -> "ReportBlock":
        ssrc, loss, highest, jitter, last_report, since = _BLOCK.unpack_from(data, start)
        return cls(ssrc, loss >> 24, loss & 0xFFFFFF, highest, jitter, last_report, since)

    def serialize(self) -> bytes:
        loss = self.fraction_lost << 24 | min(self.lost, 0x7FFFFF)
        return _BLOCK.pack(
            self.ssrc, loss, self.highest & 0xFFFFFFFF, self.jitter, self.last_report, self.since_last_report
        )


@dataclass(frozen=True, slots=True)
class SenderInfo:
    """What a sender says of itself. ntp: 64-bit NTP time."""

    ntp: int
    timestamp: int
    packets: int
    octets: int

    def serialize(self) -> bytes:
        return _SENDER_INFO.pack(
            self.ntp >> 32,
            self.ntp & 0xFFFFFFFF,
            self.timestamp,
            self.packets & 0xFFFFFFFF,
            self.octets & 0xFFFFFFFF,
        )


@dataclass(frozen=True, slots=True)
class Report:
    """A sender report (with `sender`) or a receiver report."""

    ssrc: int
    sender: SenderInfo | None
    blocks: tuple[ReportBlock, ...]

    def serialize(self) -> bytes:
        body = struct.pack("!I", self.ssrc)
        body += self.sender.serialize() if self.sender else b""
        body += b"".join(block.serialize() for block in self.blocks)
        kind = SENDER_REPORT if self.sender else RECEIVER_REPORT
        return _HEADER.pack(0x80 | len(self.blocks), kind, len(body) // 4) + body


def source_description(ssrc: int, cname: str) -> bytes:
    """The packet that every compound must carry (section 6.1)."""
    name = cname.encode()
    item = struct.pack("!IBB", ssrc, _CNAME, len(name)) + name
    chunk = item + bytes(4 - len(item) % 4)  # at least one zero ends the list
    return _HEADER.pack(0x81, SOURCE_DESCRIPTION, len(chunk) // 4) + chunk


def parse_reports(compound: bytes) -> Iterator[Report]:
    """The reports in a datagram; stops at the first length that does not add up."""
    start = 0
    while start + _HEADER.size <= len(compound):
        first, kind, words = _HEADER.unpack_from(compound, start)
        end = start + 4 * (words + 1)
        if first & 0xC0 != 0x80 or end > len(compound):
            return
        if kind in (SENDER_REPORT, RECEIVER_REPORT):
            report = _parse_report(compound[start + 4 : end], first & 0x1F, kind == SENDER_REPORT)
            if report is None:
                return
            yield report
        start = end


def _parse_report(body: bytes, count: int, from_sender: bool) -> Report | None:
    blocks_at = 4 + (_SENDER_INFO.size if from_sender else 0)
    if len(body) < blocks_at + count * _BLOCK.size:
        return None
    sender = None
    if from_sender:
        high, low, timestamp, packets, octets = _SENDER_INFO.unpack_from(body, 4)
        sender = SenderInfo(high << 32 | low, timestamp, packets, octets)
    blocks = tuple(ReportBlock.parse(body, blocks_at + i * _BLOCK.size) for i in range(count))
    return Report(int.from_bytes(body[:4], "big"), sender, blocks)
