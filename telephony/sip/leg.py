"""A SIP call as a `CallLeg`: dialog events in, audio on the shared clock, one ending."""

from __future__ import annotations

import asyncio
import logging
import random
import uuid
from collections.abc import Callable
from enum import Enum, auto
from typing import Any

from sippy.CCEvents import (
    CCEventConnect,
    CCEventDisconnect,
    CCEventFail,
    CCEventPreConnect,
    CCEventRedirect,
    CCEventRing,
    CCEventTry,
    CCEventUpdate,
)
from sippy.MsgBody import MsgBody

from telephony.clock import MediaClock
from telephony.leg import CallLeg, Direction, EndReason, LegEnded, LegError, LegListener, Party
from telephony.playout import Playout
from telephony.rtp import MediaStats, NoFreePort
from telephony.sip.media import CallMedia
from telephony.sip.negotiation import NoCommonCodec
from telephony.sip.refer import TransferRequest, Transfers
from telephony.sip.sdp import SdpError, SessionDescription, parse
from telephony.sip.settings import SipSettings
from telephony.sip.stack import Dialog, header

TICKS_PER_MEDIA_CHECK = 50
GLARE_RETRY_S: dict[Direction, tuple[float, float]] = {"outbound": (2.1, 4.0), "inbound": (0.0, 2.0)}
"""Wait before a re-INVITE that crossed the peer's (491) is sent again: the caller waits longer (RFC 3261, 14.1)."""

_log = logging.getLogger(__name__)


class _Phase(Enum):
    CALLING = auto()  # outbound, not answered
    OFFERED = auto()  # inbound, not answered
    ACCEPTED = auto()  # inbound, 200 sent, ACK awaited
    UP = auto()
    OVER = auto()


class SipLeg(CallLeg):
    """One SIP call. Made by `SipEndpoint`."""

    def __init__(
        self,
        settings: SipSettings,
        clock: MediaClock,
        *,
        remote: Party,
        local: Party,
        direction: Direction,
        on_offered: Callable[[SipLeg], None],
        on_over: Callable[[SipLeg], None],
        offer: SessionDescription | None = None,
    ) -> None:
        self.id = uuid.uuid4().hex  # not the Call-ID, which a peer chooses
        self.remote = remote
        self.local = local
        self.direction = direction
        self.playout = Playout()
        self.listener: LegListener | None = None
        self.ended: LegEnded | None = None
        self.on_transfer: Callable[[TransferRequest], bool] | None = None
        """Asked when the peer wants its other party moved elsewhere (REFER): True takes it up. Unset: declined."""
        self._settings = settings
        self._clock = clock
        self._on_offered = on_offered
        self._on_over = on_over
        self._peer_offer = offer
        self._phase = _Phase.OFFERED if direction == "inbound" else _Phase.CALLING
        self._dialog: Dialog | None = None
        self._transfers: Transfers | None = None
        self._media: CallMedia | None = None
        self._answering = False
        self._answer_awaited = False  # the peer's next ACK or 200 carries its answer to our offer
        self._updating = False  # a re-INVITE of ours is on its way
        self._update_again = False
        self._bye_at_ack = False
        self._settled = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._ticks = 0

    # What the rest of the system does with a leg

    @property
    def stats(self) -> MediaStats:
        return self._media.stats if self._media is not None else MediaStats()

    def listen(self, listener: LegListener) -> None:
        self.listener = listener

    def ring(self) -> None:
        if self._phase is _Phase.OFFERED:
            self._tell(CCEventRing((180, "Ringing", None)))

    async def answer(self) -> None:
        if self._phase is not _Phase.OFFERED or self._answering:
            raise LegError(self.ended or LegEnded(EndReason.ERROR, text="answered twice"))
        self._answering = True
        media = await self._open_media()
        if self._peer_offer is None:
            local = media.offer()
            self._answer_awaited = True
        else:
            local = media.answer(self._peer_offer)
        self._phase = _Phase.ACCEPTED
        self._tell(CCEventPreConnect((200, "OK", MsgBody(local))))
        await self._settle()

    def reject(self, code: int, reason: str) -> None:
        if self._phase is _Phase.OFFERED:
            self._finish(LegEnded(EndReason.REJECTED, code, reason), self._refusal(code, reason))

    def hang_up(self) -> None:
        self._leave(EndReason.LOCAL_HANGUP)

    def shut_down(self) -> None:
        """As hanging up, because this process ends and not because anybody is done."""
        self._leave(EndReason.SHUTDOWN)

    def send_dtmf(self, digits: str) -> None:
        if self._media is not None and self._phase is _Phase.UP:
            self._media.send_dtmf(digits)

    def hold(self) -> None:
        self._set_held_by_us(True)

    def resume(self) -> None:
        self._set_held_by_us(False)

    async def answered(self, timeout_s: float = 60.0) -> None:
        """Wait until an outbound call is answered; raises `LegError` when it is refused or nobody answers."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._settle()
        except TimeoutError:
            self._leave(EndReason.TIMEOUT, f"not answered within {timeout_s:g} s")
            raise LegError(self.ended or LegEnded(EndReason.TIMEOUT)) from None

    async def transfer(self, target: str, *, timeout_s: float = 30.0) -> None:
        """Have the peer call `target` (a SIP or tel URI) instead of us; the leg ends when it got through.

        Raises `TransferFailed` when it does not, and the call goes on; `LegError` when the call is not up.
        """
        if self._phase is not _Phase.UP or self._transfers is None:
            raise LegError(self.ended or LegEnded(EndReason.ERROR, text="transferred before it was answered"))
        await self._transfers.ask(target, timeout_s)
        self.hang_up()

    # What the endpoint does with a leg

    def attach(self, dialog: Dialog) -> None:
        self._dialog = dialog
        self._transfers = Transfers(dialog, lambda asked: self.on_transfer is not None and self.on_transfer(asked))

    async def call(self, start: Callable[[MsgBody], CCEventTry], unheard_s: float | None) -> None:
        """Send the INVITE of an outbound call: `start` makes the event for our offer. unheard_s: how long it may be
        without any answer at all; None: as long as the stack repeats it."""
        media = await self._open_media()
        self._tell(start(MsgBody(media.offer())))
        if unheard_s is not None:
            self._loop.call_later(unheard_s, self._give_up_unheard)

    def _give_up_unheard(self) -> None:
        if self._phase is _Phase.CALLING and self._dialog is not None and not self._dialog.heard:
            self._leave(EndReason.ERROR, "nothing is answered there")

    def on_no_ack(self) -> None:
        """Our 200 was never acknowledged; the stack sends the BYE itself."""
        self._finish(LegEnded(EndReason.TIMEOUT, text="no ACK"))

    def on_sip_event(self, event: Any, _: Dialog) -> None:
        """What happens in the dialog. Our own events come back here too; after the end only a late ACK counts."""
        if self._phase is _Phase.OVER:
            if self._bye_at_ack and isinstance(event, CCEventConnect):
                self._bye_at_ack = False
                self._tell(CCEventDisconnect())
            return
        match event:
            case CCEventTry():
                self._on_offered(self)
            case CCEventConnect():
                code, _, body = event.getData()
                self._on_ack(body) if code == "ACK" else self._on_accepted(body)
            case CCEventUpdate():
                self._on_peer_update(event.getData())
            case CCEventFail() | CCEventRedirect():
                self._on_fail(*event.getData()[:2])
            case CCEventDisconnect():
                cancelled = self._phase is _Phase.OFFERED
                self._finish(LegEnded(EndReason.CANCELLED if cancelled else EndReason.REMOTE_HANGUP))

    # Dialog events

    def _on_ack(self, body: MsgBody | None) -> None:
        """The peer confirms our 200; after an INVITE without offer it also answers ours."""
        awaited, self._answer_awaited = self._answer_awaited, False
        if not awaited or self._accept(body):
            self._go_up()

    def _on_accepted(self, body: MsgBody | None) -> None:
        """200 to our INVITE or re-INVITE."""
        if self._accept(body):
            self._go_up()
            if self._updating:
                self._update_finished()

    def _accept(self, answer: MsgBody | None) -> bool:
        try:
            self._opened_media().accept(_text(answer))
        except (SdpError, NoCommonCodec) as error:
            self._phase = _Phase.UP  # the dialog exists, so it ends with a BYE
            self._leave(EndReason.ERROR, f"unusable SDP answer: {error}")
            return False
        return True

    def _go_up(self) -> None:
        if self._phase is not _Phase.UP:
            self._phase = _Phase.UP
            self._opened_media().on_hold = self._on_hold
            self._clock.add(self)
            self._settled.set()

    def _on_peer_update(self, body: MsgBody | None) -> None:
        """A re-INVITE: hold, resume, another address or codec, or a question for our own offer (no body)."""
        media = self._opened_media()
        try:
            local = media.offer() if body is None else media.answer(parse(_text(body)))
        except (SdpError, NoCommonCodec) as error:  # the session goes on as it was (RFC 3261, 14.2)
            _log.info("re-INVITE refused: %s", error)
            self._tell(CCEventFail((488, "Not Acceptable Here")))
            return
        self._answer_awaited = body is None
        self._tell(CCEventConnect((200, "OK", MsgBody(local))))

    def _on_fail(self, code: int, reason: str) -> None:
        if self._phase is not _Phase.UP:
            why = EndReason.TIMEOUT if code == 408 else EndReason.REJECTED
            self._finish(LegEnded(why, code, reason))
        elif code == 491:
            self._loop.call_later(random.uniform(*GLARE_RETRY_S[self.direction]), self._retry_update)
        elif self._updating:
            _log.warning("the peer refused our re-INVITE: %d %s", code, reason)
            self._opened_media().held_by_us = False
            self._update_finished()

    # Media

    async def _open_media(self) -> CallMedia:
        try:
            media = await CallMedia.open(self._settings, self._on_dtmf)
        except NoFreePort as error:
            ended = LegEnded(EndReason.ERROR, 503, str(error))
            self._finish(ended, self._refusal(503, "No Media Port"))
            raise LegError(ended) from error
        if self.ended is not None:  # cancelled or hung up meanwhile
            media.close()
            raise LegError(self.ended)
        self._media = media
        return media

    def _opened_media(self) -> CallMedia:
        assert self._media is not None, "media is open before any answer can come"
        return self._media

    def tick(self) -> None:
        """One frame each way."""
        media, listener = self._media, self.listener
        if media is None or listener is None:
            return
        listener.on_frame(*media.exchange(self.playout))
        self._ticks += 1
        if self._ticks % TICKS_PER_MEDIA_CHECK == 0:
            quiet_s = media.quiet_s(self._loop.time())
            if quiet_s > self._settings.media_timeout_s:
                self._leave(EndReason.MEDIA_TIMEOUT, f"no RTP for {quiet_s:.0f} s")

    def _on_dtmf(self, digit: str) -> None:
        if self.listener is not None and self._phase is _Phase.UP:
            self.listener.on_dtmf(digit)

    def _on_hold(self, held: bool) -> None:
        if self.listener is not None:
            self.listener.on_hold(held)

    # Our own re-INVITEs

    def _set_held_by_us(self, held: bool) -> None:
        if self._phase is not _Phase.UP or self._opened_media().held_by_us == held:
            return
        self._opened_media().held_by_us = held
        if self._updating:
            self._update_again = True
        else:
            self._send_update()

    def _send_update(self) -> None:
        assert self._dialog is not None
        self._updating = True
        self._dialog.send_update(MsgBody(self._opened_media().offer()))

    def _retry_update(self) -> None:
        if self._phase is _Phase.UP:
            self._send_update()

    def _update_finished(self) -> None:
        self._updating = False
        if self._update_again:
            self._update_again = False
            self._send_update()

    # Ending

    def _leave(self, reason: EndReason, text: str = "") -> None:
        """End the leg from our side in the way its phase asks for."""
        match self._phase:
            case _Phase.OFFERED:
                self._finish(LegEnded(reason, 480, text), self._refusal(480, "Temporarily Unavailable"))
            case _Phase.ACCEPTED:  # no BYE before the ACK (RFC 3261, 15)
                self._bye_at_ack = True
                self._finish(LegEnded(reason, text=text))
            case _Phase.CALLING | _Phase.UP:
                self._finish(LegEnded(reason, text=text), CCEventDisconnect())

    def _refusal(self, code: int, reason: str) -> CCEventFail:
        event = CCEventFail((code, " ".join(reason.split())))
        if code == 503:
            event.extra_headers = (header("Retry-After", str(self._settings.retry_after_s)),)
        return event

    def _finish(self, ended: LegEnded, last_word: Any = None) -> None:
        """Over, once and for all: media stops, then the peer is told, then the listener."""
        if self._phase is _Phase.OVER:
            return
        self._phase = _Phase.OVER
        self.ended = ended
        self._clock.remove(self)
        if self._media is not None:
            self._media.close()
        if last_word is not None:
            self._tell(last_word)
        self._settled.set()
        if self._transfers is not None:
            self._transfers.on_over(by_peer=ended.reason is EndReason.REMOTE_HANGUP)
        self._on_over(self)
        if self.listener is not None:
            self.listener.on_ended(ended)

    async def _settle(self) -> None:
        await self._settled.wait()
        if self.ended is not None:
            raise LegError(self.ended)

    def _tell(self, event: Any) -> None:
        if self._dialog is not None:
            self._dialog.recvEvent(event)


def _text(body: MsgBody | None) -> str:
    if body is None or body.getType() != "application/sdp":
        raise SdpError("no session description in the message")
    return str(body)
