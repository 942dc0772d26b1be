"""Session descriptions (RFC 4566) as far as a G.711 call needs them: one audio stream, its codecs, who sends.

Parsing takes whatever a peer sent and either yields a small dataclass or raises `SdpError`; it never trusts sizes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import AddressValueError, IPv4Address

MAX_SDP_CHARS = 4096
MAX_FORMATS = 64
MAX_STREAMS = 8
PTIME_MS = 20
STATIC_ENCODINGS = {0: "PCMU", 8: "PCMA"}
"""Payload types that need no rtpmap line (RFC 3551)."""


class SdpError(ValueError):
    """The peer's session description is malformed or asks for what cannot be: the message says what."""


class Direction(StrEnum):
    """Who sends, seen from the side that wrote the description (RFC 3264)."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"

    @property
    def sends(self) -> bool:
        return self in (Direction.SENDRECV, Direction.SENDONLY)

    @property
    def receives(self) -> bool:
        return self in (Direction.SENDRECV, Direction.RECVONLY)

    @staticmethod
    def of(*, sends: bool, receives: bool) -> Direction:
        if sends:
            return Direction.SENDRECV if receives else Direction.SENDONLY
        return Direction.RECVONLY if receives else Direction.INACTIVE


_DIRECTIONS = frozenset(direction.value for direction in Direction)


@dataclass(frozen=True, slots=True)
class Format:
    """One payload type of a stream."""

    payload_type: int
    encoding: str
    rate_hz: int = 8000


@dataclass(frozen=True, slots=True)
class OtherStream:
    """A media line that we refuse; an answer has to repeat it with port 0 (RFC 3264, 6)."""

    kind: str
    protocol: str
    formats: str


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """One audio stream and where it is to be sent. `address` 0.0.0.0 or `port` 0 means: send nothing."""

    address: str
    port: int
    formats: tuple[Format, ...]
    direction: Direction = Direction.SENDRECV
    session_id: int = 1
    version: int = 1
    before: tuple[OtherStream, ...] = ()
    """Refused streams that come before the audio line."""
    after: tuple[OtherStream, ...] = ()

    @property
    def on_hold(self) -> bool:
        """The writer does not want to hear us: RFC 3264 directions or the old 0.0.0.0 (RFC 2543)."""
        return self.address == "0.0.0.0" or not self.direction.receives

    @property
    def dtmf_payload_type(self) -> int | None:
        """Payload type of telephone events (RFC 4733) at 8 kHz."""
        wanted = (f for f in self.formats if f.encoding == "TELEPHONE-EVENT" and f.rate_hz == 8000)
        return next((f.payload_type for f in wanted), None)

    def serialize(self) -> str:
        lines = [
            "v=0",
            f"o=- {self.session_id} {self.version} IN IP4 {self.address}",
            "s=-",
            f"c=IN IP4 {self.address}",
            "t=0 0",
            *(_refused(stream) for stream in self.before),
            f"m=audio {self.port} RTP/AVP {' '.join(str(f.payload_type) for f in self.formats)}",
            *(f"a=rtpmap:{f.payload_type} {_spelling(f.encoding)}/{f.rate_hz}" for f in self.formats),
            *(f"a=fmtp:{f.payload_type} 0-15" for f in self.formats if f.encoding == "TELEPHONE-EVENT"),
            f"a=ptime:{PTIME_MS}",
            f"a={self.direction}",
            *(_refused(stream) for stream in self.after),
        ]
        return "\r\n".join(lines) + "\r\n"


def _refused(stream: OtherStream) -> str:
    return f"m={stream.kind} 0 {stream.protocol} {stream.formats}"


def _spelling(encoding: str) -> str:
    return "telephone-event" if encoding == "TELEPHONE-EVENT" else encoding


@dataclass(slots=True)
class _Stream:
    """A media line and what follows it, while it is being read."""

    kind: str
    port: int
    protocol: str
    payload_types: list[str]
    address: str | None = None
    direction: Direction | None = None
    rtpmaps: dict[int, Format] | None = None

    @property
    def usable(self) -> bool:
        return self.kind == "audio" and self.protocol == "RTP/AVP" and self.port != 0

    def as_other(self) -> OtherStream:
        return OtherStream(self.kind, self.protocol, " ".join(self.payload_types))


def parse(text: str) -> SessionDescription:
    """The first usable audio stream of a description; raises `SdpError`."""
    if len(text) > MAX_SDP_CHARS:
        raise SdpError(f"session description longer than {MAX_SDP_CHARS} characters")
    lines = [line.strip() for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    if not lines or lines[0] != "v=0":
        raise SdpError("session description does not begin with v=0")
    session_address: str | None = None
    session_direction: Direction | None = None
    origin = (1, 1)
    streams: list[_Stream] = []
    for line in lines[1:]:
        kind, separator, value = line.partition("=")
        if not separator or len(kind) != 1:
            raise SdpError(f"not a line of a session description: {line[:40]!r}")
        stream = streams[-1] if streams else None
        match kind:
            case "m":
                if len(streams) == MAX_STREAMS:
                    raise SdpError(f"more than {MAX_STREAMS} media lines")
                streams.append(_parse_media(value))
            case "o":
                origin = _parse_origin(value)
            case "c" if stream:
                stream.address = _parse_connection(value)
            case "c":
                session_address = _parse_connection(value)
            case "a" if value in _DIRECTIONS and stream:
                stream.direction = Direction(value)
            case "a" if value in _DIRECTIONS:
                session_direction = Direction(value)
            case "a" if value.startswith("rtpmap:") and stream:
                _add_rtpmap(stream, value.removeprefix("rtpmap:"))
    chosen = next((i for i, stream in enumerate(streams) if stream.usable), None)
    if chosen is None:
        raise SdpError("no audio stream over RTP/AVP")
    audio = streams[chosen]
    address = audio.address or session_address
    if address is None:
        raise SdpError("no connection address (c= line)")
    return SessionDescription(
        address=_usable_address(address),
        port=audio.port,
        formats=_formats(audio),
        direction=audio.direction or session_direction or Direction.SENDRECV,
        session_id=origin[0],
        version=origin[1],
        before=tuple(stream.as_other() for stream in streams[:chosen]),
        after=tuple(stream.as_other() for stream in streams[chosen + 1 :]),
    )


def _parse_media(value: str) -> _Stream:
    parts = value.split()
    if len(parts) < 4 or len(parts) > 3 + MAX_FORMATS:
        raise SdpError("media line needs a kind, a port, a protocol and 1 to 64 formats")
    kind, port, protocol, *payload_types = parts
    return _Stream(kind, _number(port.partition("/")[0], 65535, "media port"), protocol, payload_types)


def _parse_origin(value: str) -> tuple[int, int]:
    """Session id and version; a peer that sends nonsense here harms nobody, so it reads as 1."""
    parts = value.split()
    numbers = [int(p) if p.isascii() and p.isdigit() and len(p) <= 20 else 1 for p in parts[1:3]]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (1, 1)


def _parse_connection(value: str) -> str:
    parts = value.split()
    if len(parts) != 3 or parts[0].upper() != "IN":
        raise SdpError("malformed connection line")
    return parts[2].partition("/")[0] if parts[1].upper() == "IP4" else parts[2]


def _usable_address(address: str) -> str:
    """Only literal unicast IPv4: a name would have to be looked up on the audio path."""
    try:
        parsed = IPv4Address(address)
    except AddressValueError:
        raise SdpError(f"connection address is not IPv4: {address[:40]!r}") from None
    if parsed.is_multicast or address == "255.255.255.255":
        raise SdpError("connection address is not unicast")
    return str(parsed)


def _add_rtpmap(stream: _Stream, value: str) -> None:
    number, _, encoding = value.partition(" ")
    name, _, rate = encoding.strip().partition("/")
    payload_type = _number(number, 127, "payload type")
    maps = stream.rtpmaps = stream.rtpmaps or {}
    if len(maps) < MAX_FORMATS:
        maps[payload_type] = Format(payload_type, name.upper(), _number(rate.partition("/")[0], 400_000, "clock rate"))


def _formats(stream: _Stream) -> tuple[Format, ...]:
    maps = stream.rtpmaps or {}
    found: dict[int, Format] = {}
    for text in stream.payload_types:
        payload_type = _number(text, 127, "payload type")
        if payload_type in maps:
            found[payload_type] = maps[payload_type]
        elif payload_type in STATIC_ENCODINGS:
            found[payload_type] = Format(payload_type, STATIC_ENCODINGS[payload_type])
    return tuple(found.values())


def _number(text: str, largest: int, what: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) <= largest):
        raise SdpError(f"{what} is not a number up to {largest}: {text[:20]!r}")
    return int(text)
