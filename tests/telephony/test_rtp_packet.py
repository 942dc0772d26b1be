"""RTP headers are read as RFC 3550 lays them out, and no lengths a peer claims are believed."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.rtp_packet import InvalidRtp, RtpPacket


@given(
    st.integers(0, 127),
    st.integers(0, 65535),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.binary(max_size=400),
    st.booleans(),
)
def test_a_packet_survives_the_wire(
    payload_type: int, sequence: int, timestamp: int, ssrc: int, payload: bytes, marker: bool
) -> None:
    packet = RtpPacket(payload_type, sequence, timestamp, ssrc, payload, marker)
    assert RtpPacket.parse(packet.serialize()) == packet


def test_sources_extension_and_padding_are_skipped() -> None:
    header = struct.pack("!BBHII", 0x80 | 0x20 | 0x10 | 2, 8, 1, 2, 3)
    data = header + bytes(8) + struct.pack("!HH", 0xBEDE, 1) + bytes(4) + b"audio" + b"\0\0\3"
    assert RtpPacket.parse(data).payload == b"audio"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(11),
        bytes([0x40]) + bytes(20),  # version 1
        struct.pack("!BBHII", 0x8F, 8, 1, 2, 3) + bytes(10),  # 15 sources promised, 2.5 there
        struct.pack("!BBHII", 0x90, 8, 1, 2, 3) + b"\xbe\xde\xff\xff" + bytes(8),  # extension longer than the packet
        struct.pack("!BBHII", 0x90, 8, 1, 2, 3) + b"\xbe",  # extension cut off
        struct.pack("!BBHII", 0xA0, 8, 1, 2, 3) + b"abc\0",  # padding of nothing
        struct.pack("!BBHII", 0xA0, 8, 1, 2, 3) + b"abc\x05",  # padding reaches into the header
    ],
)
def test_lengths_that_do_not_add_up_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidRtp):
        RtpPacket.parse(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_either_a_packet_or_refused(data: bytes) -> None:
    try:
        packet = RtpPacket.parse(data)
    except InvalidRtp:
        return
    assert len(packet.payload) <= len(data) - 12
