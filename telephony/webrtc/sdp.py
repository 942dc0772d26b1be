"""Offer and answer of a phone in a browser: one stream of G.711 and nothing else (RFC 8829, RFC 8839).

The offer is what a stranger's browser may have made: it is short, it is read line by line, and every value that is
used has its own pattern. Candidates are not even looked at: as an ICE-lite agent we never call, we are called.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from telephony.codecs import PCMA, PCMU, Codec
from telephony.webrtc.errors import OfferRefused

LONGEST_OFFER: Final = 16_384
"""Characters. Browsers' offers of one audio stream have 1,500 to 5,000."""

_MEDIA: Final = re.compile(r"m=audio [0-9]{1,5} UDP/TLS/RTP/SAVPF ([0-9 ]{1,400})")
_MID: Final = re.compile(r"[A-Za-z0-9_-]{1,16}")
_UFRAG: Final = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PASSWORD: Final = re.compile(r"[A-Za-z0-9+/]{22,256}")
_FINGERPRINT: Final = re.compile(r"(?i:(sha-256|sha-384|sha-512)) ((?:[0-9A-Fa-f]{2}:){31,63}[0-9A-Fa-f]{2})")
_SETUP: Final = re.compile(r"actpass|passive")
_HIGHEST_HOST_PRIORITY: Final = (126 << 24) | (65535 << 8) | 255


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Of the certificate that the other side's DTLS has to show."""

    algorithm: str
    value: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What we need of a browser's offer."""

    mid: str
    codec: Codec
    ufrag: str
    fingerprints: tuple[Fingerprint, ...]


@dataclass(frozen=True, slots=True)
class OurEnd:
    """What a browser has to know of us."""

    addresses: Sequence[str]
    """Where it can reach us, best first."""
    port: int
    ufrag: str
    password: str
    fingerprint: Fingerprint


def parse_offer(text: str) -> Offer:
    """Raises OfferRefused."""
    if len(text) > LONGEST_OFFER:
        raise OfferRefused(f"the browser's offer has {len(text)} characters, more than {LONGEST_OFFER}")
    lines = text.replace("\r\n", "\n").split("\n")
    media = [line for line in lines if line.startswith("m=")]
    if len(media) != 1 or (found := _MEDIA.fullmatch(media[0])) is None:
        raise OfferRefused("the browser's offer must hold one encrypted audio stream and nothing else")
    if "a=rtcp-mux" not in lines:
        raise OfferRefused("the browser's offer must have audio and its reports on one port (rtcp-mux)")
    _only(lines, "setup", _SETUP)
    _only(lines, "ice-pwd", _PASSWORD)  # of a full agent's checks, which we never make; without one it is no offer
    return Offer(
        mid=_only(lines, "mid", _MID),
        codec=_common_codec(found[1].split()),
        ufrag=_only(lines, "ice-ufrag", _UFRAG),
        fingerprints=_fingerprints(lines),
    )


def answer(offer: Offer, ours: OurEnd) -> str:
    """Our side of it: ICE-lite, and the active part in the DTLS handshake."""
    address, codec = ours.addresses[0], offer.codec
    lines = [
        "v=0",
        f"o=- {secrets.randbits(62)} 1 IN IP4 {address}",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {offer.mid}",
        "a=ice-lite",
        f"m=audio {ours.port} UDP/TLS/RTP/SAVPF {codec.payload_type}",
        f"c=IN IP4 {address}",
        f"a=mid:{offer.mid}",
        "a=sendrecv",
        "a=rtcp-mux",
        f"a=rtpmap:{codec.payload_type} {codec.name}/{codec.rate_hz}",
        "a=ptime:20",
        f"a=ice-ufrag:{ours.ufrag}",
        f"a=ice-pwd:{ours.password}",
        f"a=fingerprint:{ours.fingerprint.algorithm} {ours.fingerprint.value}",
        "a=setup:active",
        *(_candidate(number, each, ours.port) for number, each in enumerate(ours.addresses)),
        "a=end-of-candidates",
    ]
    return "\r\n".join(lines) + "\r\n"


def _candidate(number: int, address: str, port: int) -> str:
    return f"a=candidate:{number + 1} 1 udp {_HIGHEST_HOST_PRIORITY - (number << 8)} {address} {port} typ host"


def _common_codec(payload_types: Iterable[str]) -> Codec:
    """The first of the browser's that we speak; both have static numbers (RFC 3551)."""
    ours = {str(codec.payload_type): codec for codec in (PCMA, PCMU)}
    for offered in payload_types:
        if offered in ours:
            return ours[offered]
    raise OfferRefused("the browser offers neither PCMA nor PCMU, which every WebRTC browser can speak (RFC 7874)")


def _fingerprints(lines: list[str]) -> tuple[Fingerprint, ...]:
    found = {
        Fingerprint(match[1].lower(), match[2].upper())
        for value in _values(lines, "fingerprint")
        if (match := _FINGERPRINT.fullmatch(value))
    }
    if not found:
        raise OfferRefused("the browser's offer names no fingerprint of its certificate that we can check")
    return tuple(found)


def _only(lines: list[str], name: str, pattern: re.Pattern[str]) -> str:
    """The attribute's value, which may be said for the session and again for the stream."""
    found = set(_values(lines, name))
    value = next(iter(found)) if len(found) == 1 else ""
    if pattern.fullmatch(value) is None:
        raise OfferRefused(f"the browser's offer has no proper a={name}")
    return value


def _values(lines: list[str], name: str) -> list[str]:
    prefix = f"a={name}:"
    return [line.removeprefix(prefix) for line in lines if line.startswith(prefix)]
