"""One SIP call's audio: its RTP session together with what offer and answer settled for it."""

from __future__ import annotations

from collections.abc import Callable

from telephony.audio import SILENCE, Frame
from telephony.playout import Playout
from telephony.rtp import MediaStats, RtpSession
from telephony.sip.negotiation import Agreement, Negotiation
from telephony.sip.sdp import SessionDescription, parse
from telephony.sip.settings import SipSettings


class CallMedia:
    """Takes and gives session descriptions as text. Bad ones raise `SdpError` or `NoCommonCodec` and change nothing."""

    def __init__(self, rtp: RtpSession, address: str) -> None:
        self.on_hold: Callable[[bool], None] | None = None
        """Told when the peer puts us on hold or takes us back."""
        self.held_by_peer = False
        self._rtp = rtp
        self._negotiation = Negotiation(address, rtp.local_port)

    @classmethod
    async def open(cls, settings: SipSettings, on_dtmf: Callable[[str], None]) -> CallMedia:
        """Raises `NoFreePort`."""
        rtp = await RtpSession.open(settings.bind_ip, settings.rtp_ports, outgoing_loss=settings.outgoing_loss)
        rtp.on_dtmf = on_dtmf
        return cls(rtp, settings.reachable_ip)

    @property
    def stats(self) -> MediaStats:
        return self._rtp.stats

    @property
    def held_by_us(self) -> bool:
        return self._negotiation.held_by_us

    @held_by_us.setter
    def held_by_us(self, held: bool) -> None:
        """Takes effect with the next offer or answer."""
        self._negotiation.held_by_us = held

    def offer(self) -> str:
        return self._negotiation.offer().serialize()

    def answer(self, offer: SessionDescription) -> str:
        answer, agreement = self._negotiation.answer(offer)
        self._apply(agreement)
        return answer.serialize()

    def accept(self, answer: str) -> None:
        self._apply(self._negotiation.accept(parse(answer)))

    def _apply(self, agreement: Agreement) -> None:
        self._rtp.negotiate(
            agreement.remote,
            agreement.codec,
            agreement.dtmf_payload_type,
            send=agreement.send,
            receive=agreement.receive,
        )
        was_held, self.held_by_peer = self.held_by_peer, not agreement.send
        if was_held != self.held_by_peer and self.on_hold is not None:
            self.on_hold(self.held_by_peer)

    def exchange(self, playout: Playout) -> tuple[Frame, Frame]:
        """One tick: what is heard and what is sent. While the peer holds us the playout waits: no prompt is lost."""
        inbound = self._rtp.tick_receive()
        outbound = SILENCE if self.held_by_peer else playout.next_frame()
        self._rtp.send(outbound)
        return inbound, outbound

    def send_dtmf(self, digits: str) -> None:
        self._rtp.send_dtmf(digits)

    def quiet_s(self, now_s: float) -> float:
        """How long the peer has sent nothing although it should; 0 while someone is on hold."""
        on_hold = self.held_by_peer or self.held_by_us
        return 0.0 if on_hold else self._rtp.last_packet_age_s(now_s)

    def close(self) -> None:
        self._rtp.close()
