"""Keys pressed during a call, as RTP events (RFC 4733): telling them from packets, and sending them."""

import struct
from collections import deque
from typing import Final, NamedTuple

from telephony.audio import FRAME_SAMPLES
from telephony.jitter import signed32

DIGITS: Final = "0123456789*#ABCD"
"""Event codes 0 to 15."""

_PAYLOAD: Final = struct.Struct("!BBH")
_END_BIT: Final = 0x80
_VOLUME: Final = 10  # dBm0, with the sign dropped
_TONE_FRAMES: Final = 5  # 100 ms
_END_PACKETS: Final = 3  # the last packet goes out three times (section 2.5.1.4)
_GAP_FRAMES: Final = 3  # 60 ms of silence between two keys
KEY_FRAMES: Final = _TONE_FRAMES + _END_PACKETS - 1 + _GAP_FRAMES
"""Ticks that one key takes to send, with the gap behind it."""


class DtmfError(ValueError):
    """Keys that cannot be sent."""


class DtmfReceiver:
    """Makes one digit out of the many packets of one key press, whichever of them are lost.

    The digit is reported with the first packet seen, so a lost end does not matter. A packet belongs to the event
    before when it carries the same timestamp, or an older one (reordered); or when it continues the same key without
    a gap, as long events do (section 2.5.1.3) and as senders do that wrongly move the timestamp on every packet.
    """

    def __init__(self) -> None:
        self._timestamp: int | None = None
        self._event = -1
        self._duration = 0
        self._ended = False

    def put(self, timestamp: int, payload: bytes | bytearray | memoryview) -> str | None:
        """The digit when this packet is the first seen of a key press."""
        if len(payload) < _PAYLOAD.size:
            return None
        event, flags, duration = _PAYLOAD.unpack_from(payload)
        if event >= len(DIGITS):
            return None
        since = None if self._timestamp is None else signed32(timestamp - self._timestamp)
        if since is not None and since < 0:
            return None
        continues = since is not None and (since == 0 or self._goes_on(event, since))
        self._timestamp, self._event = timestamp, event
        self._duration = max(duration, self._duration) if since == 0 else duration
        self._ended = bool(flags & _END_BIT) or (since == 0 and self._ended)
        return None if continues else DIGITS[event]

    def _goes_on(self, event: int, since: int) -> bool:
        return event == self._event and not self._ended and since <= self._duration + FRAME_SAMPLES


class DtmfPacket(NamedTuple):
    """What to send in place of one frame of audio. All packets of a key carry the timestamp of its beginning."""

    payload: bytes
    first: bool
    """The first packet of a key carries the RTP marker."""


class DtmfSender:
    """Turns digits into event packets, one per 20 ms, with a gap of silence after each key."""

    def __init__(self) -> None:
        self._waiting: deque[DtmfPacket | None] = deque()

    @property
    def busy(self) -> bool:
        return bool(self._waiting)

    def press(self, digits: str) -> None:
        """Queues keys behind those still being sent."""
        keys = digits.upper()
        unknown = set(keys) - set(DIGITS)
        if unknown:
            raise DtmfError(f"no telephone has the key {sorted(unknown)[0]!r}: use {DIGITS}")
        for key in keys:
            self._waiting.extend(_packets_of(DIGITS.index(key)))
            self._waiting.extend([None] * _GAP_FRAMES)

    def next_packet(self) -> DtmfPacket | None:
        """What to send now: a packet, or None for a frame of silence. Only while `busy`."""
        return self._waiting.popleft()


def _packets_of(event: int) -> list[DtmfPacket]:
    packets = []
    for number in range(_TONE_FRAMES + _END_PACKETS - 1):
        last = number >= _TONE_FRAMES - 1
        duration = min(number + 1, _TONE_FRAMES) * FRAME_SAMPLES
        payload = _PAYLOAD.pack(event, _VOLUME | (_END_BIT if last else 0), duration)
        packets.append(DtmfPacket(payload, number == 0))
    return packets
