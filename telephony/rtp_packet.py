"""RTP packets on the wire (RFC 3550, section 5.1)."""

import struct
from dataclasses import dataclass
from typing import Final

HEADER: Final = struct.Struct("!BBHII")
"""First byte (version, padding, extension, CSRC count), marker and payload type, sequence, timestamp, SSRC."""
VERSION_2: Final = 0x80
MARKER: Final = 0x80
LARGEST: Final = 1500
"""Bytes; longer datagrams are no telephone audio."""

_PADDING: Final = 0x20
_EXTENSION: Final = 0x10


class InvalidRtp(ValueError):
    """Bytes that are not an RTP packet."""


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """One packet; header extension and contributing sources are skipped, as telephones do not need them."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False

    @classmethod
    def parse(cls, data: bytes | bytearray | memoryview) -> "RtpPacket":
        """Raises InvalidRtp for anything whose lengths do not add up."""
        if len(data) < HEADER.size:
            raise InvalidRtp(f"{len(data)} bytes are too few for a header")
        first, second, sequence, timestamp, ssrc = HEADER.unpack_from(data)
        if first & 0xC0 != VERSION_2:
            raise InvalidRtp(f"version {first >> 6}")
        start = HEADER.size + 4 * (first & 0x0F)
        if first & _EXTENSION:
            start = _after_extension(data, start)
        end = len(data)
        if first & _PADDING:
            padding = data[-1]
            if padding == 0:
                raise InvalidRtp("padding of zero bytes")
            end -= padding
        if start > end:
            raise InvalidRtp("lengths in the header exceed the packet")
        return cls(second & 0x7F, sequence, timestamp, ssrc, bytes(data[start:end]), bool(second & MARKER))

    def serialize(self) -> bytes:
        second = self.payload_type | (MARKER if self.marker else 0)
        return HEADER.pack(VERSION_2, second, self.sequence, self.timestamp, self.ssrc) + self.payload


def _after_extension(data: bytes | bytearray | memoryview, start: int) -> int:
    if start + 4 > len(data):
        raise InvalidRtp("header extension is cut off")
    words = int.from_bytes(data[start + 2 : start + 4], "big")
    return start + 4 + 4 * words
