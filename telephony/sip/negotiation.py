"""Offer and answer (RFC 3264): what both sides agreed on, and who may send while someone is on hold."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from telephony.codecs import PCMA, PCMU, Codec, codec_for
from telephony.sip.sdp import Direction, Format, SessionDescription

DTMF_PAYLOAD_TYPE = 101
"""What we offer for telephone events; in an answer the offerer's number is taken."""
OFFERED_CODECS = (PCMA, PCMU)


class NoCommonCodec(ValueError):
    """The peer speaks neither PCMA nor PCMU."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What one offer and its answer settled."""

    remote: tuple[str, int]
    codec: Codec
    dtmf_payload_type: int | None
    send: bool
    receive: bool


class Negotiation:
    """Our side of one call's media negotiation. Pure: descriptions in, descriptions and agreements out.

    Every description that we write raises the version of its o= line, so that a peer (and our own stack) never
    takes it for an old one.
    """

    def __init__(self, address: str, port: int) -> None:
        self._address = address
        self._port = port
        self._session_id = secrets.randbits(31)
        self._version = 0
        self.held_by_us = False
        """We have put the peer on hold: it is sent to (silence or music) but not heard."""

    def offer(self) -> SessionDescription:
        formats = [Format(codec.payload_type, codec.name) for codec in OFFERED_CODECS]
        formats.append(Format(DTMF_PAYLOAD_TYPE, "TELEPHONE-EVENT"))
        direction = Direction.of(sends=True, receives=not self.held_by_us)
        return self._description(tuple(formats), direction)

    def answer(self, offer: SessionDescription) -> tuple[SessionDescription, Agreement]:
        """Our answer to the peer's offer, in the peer's order of preference; raises `NoCommonCodec`."""
        codec = common_codec(offer)
        formats = [Format(codec.payload_type, codec.name)]
        if offer.dtmf_payload_type is not None:
            formats.append(Format(offer.dtmf_payload_type, "TELEPHONE-EVENT"))
        agreement = self._agreement(offer, codec)
        direction = Direction.of(sends=agreement.send, receives=agreement.receive)
        answer = self._description(tuple(formats), direction, offer)
        return answer, agreement

    def accept(self, answer: SessionDescription) -> Agreement:
        """What the peer's answer to our offer settled; raises `NoCommonCodec`."""
        return self._agreement(answer, common_codec(answer))

    def _agreement(self, theirs: SessionDescription, codec: Codec) -> Agreement:
        return Agreement(
            remote=(theirs.address, theirs.port),
            codec=codec,
            dtmf_payload_type=theirs.dtmf_payload_type,
            send=not theirs.on_hold,
            receive=theirs.direction.sends and not self.held_by_us,
        )

    def _description(
        self, formats: tuple[Format, ...], direction: Direction, offer: SessionDescription | None = None
    ) -> SessionDescription:
        self._version += 1
        return SessionDescription(
            address=self._address,
            port=self._port,
            formats=formats,
            direction=direction,
            session_id=self._session_id,
            version=self._version,
            before=offer.before if offer else (),
            after=offer.after if offer else (),
        )


def common_codec(theirs: SessionDescription) -> Codec:
    """The first codec of theirs that we speak; raises `NoCommonCodec`."""
    for format in theirs.formats:
        codec = codec_for(format.payload_type)
        if codec is not None and codec.name == format.encoding and format.rate_hz == codec.rate_hz:
            return codec
    raise NoCommonCodec("neither PCMA nor PCMU in the session description")
