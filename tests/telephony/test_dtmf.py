"""One key press is one digit, whichever of its packets are lost, doubled or reordered (RFC 4733)."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.dtmf import DIGITS, DtmfError, DtmfReceiver, DtmfSender

Packet = tuple[int, bytes]


def press(digit: str, timestamp: int, packets: int = 5, ends: int = 3) -> list[Packet]:
    event = DIGITS.index(digit)
    body = [(timestamp, struct.pack("!BBH", event, 10, 160 * n)) for n in range(1, packets + 1)]
    return body + [(timestamp, struct.pack("!BBH", event, 0x80 | 10, 160 * packets))] * ends


def heard(packets: list[Packet]) -> str:
    receiver = DtmfReceiver()
    return "".join(digit for packet in packets if (digit := receiver.put(*packet)))


@given(st.text(DIGITS, max_size=12), st.integers(0, 2**32 - 1), st.data())
def test_every_key_is_heard_once_as_long_as_one_packet_of_it_comes(
    digits: str, first: int, data: st.DataObject
) -> None:
    packets: list[Packet] = []
    for number, digit in enumerate(digits):
        timestamp = (first + number * 8 * 160) & 0xFFFFFFFF  # 100 ms of tone, 60 ms of gap
        key = press(digit, timestamp)
        kept = data.draw(st.lists(st.sampled_from(key), min_size=1, max_size=10))
        packets += sorted(kept, key=key.index)
    assert heard(packets) == digits


def test_the_same_key_twice_with_all_ends_lost_is_heard_twice() -> None:
    assert heard(press("5", 1000, ends=0) + press("5", 1000 + 160 * 8, ends=0)) == "55"


def test_an_old_packet_that_comes_after_the_next_key_is_no_new_key() -> None:
    first, second = press("1", 1000), press("2", 3000)
    assert heard([*first[:-1], *second[:2], first[-1], *second[2:]]) == "12"


def test_a_sender_that_moves_the_timestamp_with_every_packet_is_understood() -> None:
    packets = [(1000 + 160 * n, struct.pack("!BBH", 7, 10, 160 * (n + 1))) for n in range(6)]
    assert heard(packets) == "7"


def test_a_key_held_for_long_continues_in_a_second_event() -> None:
    long = [(0, struct.pack("!BBH", 3, 10, 65535)), (65535, struct.pack("!BBH", 3, 10, 160))]
    assert heard(long) == "3"


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.binary(max_size=8)), max_size=30))
def test_no_payload_breaks_the_receiver(packets: list[Packet]) -> None:
    assert set(heard(packets)) <= set(DIGITS)


@given(st.text(DIGITS, max_size=10))
def test_what_is_sent_is_what_is_heard(digits: str) -> None:
    sender, now, began, packets = DtmfSender(), 0xFFFFFF00, 0, []
    sender.press(digits)
    while sender.busy:
        packet = sender.next_packet()
        if packet is not None:
            began = now if packet.first else began
            packets.append((began, packet.payload))
        now = (now + 160) & 0xFFFFFFFF
    assert heard(packets) == digits


def test_a_key_is_sent_with_growing_duration_and_three_end_packets() -> None:
    sender = DtmfSender()
    sender.press("#")
    packets = [sender.next_packet() for _ in range(7)]
    fields = [struct.unpack("!BBH", packet.payload) for packet in packets if packet]
    assert [event for event, _, _ in fields] == [11] * 7
    assert [duration for _, _, duration in fields] == [160, 320, 480, 640, 800, 800, 800]
    assert [flags >> 7 for _, flags, _ in fields] == [0, 0, 0, 0, 1, 1, 1]
    assert [packet.first for packet in packets if packet] == [True] + [False] * 6


def test_a_key_that_no_telephone_has_is_refused_by_name() -> None:
    with pytest.raises(DtmfError, match="'X'"):
        DtmfSender().press("12X")
