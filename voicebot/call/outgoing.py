"""A call that we make: the customer is rung for an agent who is there already. Once answered it is a call like any."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from telephony.leg import CallLeg, LegError
from telephony.sip.settings import SipError
from voicebot.call.put_through import CallInHand, Host, Office, PutThrough
from voicebot.call.ringing import Ringing
from voicebot.floor.outgoing import NotReached, OutsideLine, why_not_reached
from voicebot.trunk.dialling import NotDialable

log = structlog.get_logger(__name__)

Carry = Callable[[CallLeg, "OutgoingCall"], Awaitable[None]]


class OutgoingCall(PutThrough):
    """An `Outgoing` of the floor."""

    def __init__(self, call: CallInHand, office: Office, carry: Carry) -> None:
        """carry: takes the answered leg to the end of the call."""
        super().__init__(call, office)
        self._carry = carry
        self._on_line = asyncio.Event()
        self._opened = False
        self._answered = False

    async def open(self) -> None:
        if not self._opened:
            await self.log.opened()
            self._opened = True

    async def reach(self, line: OutsideLine) -> None:
        leg = await self._rung(line)
        self._answered = True
        ended = asyncio.Event()
        self._floor.begin(self._carried(leg, ended))
        there, gone = (asyncio.ensure_future(event.wait()) for event in (self._on_line, ended))
        try:
            await asyncio.wait({there, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiting in (there, gone):
                waiting.cancel()
            if not self._on_line.is_set():
                leg.hang_up()
        if not self._on_line.is_set():
            raise NotReached("hung_up")

    async def over(self, outcome: str) -> None:
        if self._opened and not self._answered:  # a call that was answered has told its own end
            await self.log.ended(outcome=outcome, end_reason=outcome, language=None, quality={})

    async def begin(self, leg: CallLeg, host: Host) -> None:
        """The customer has heard the notice. Also when an agent was lost and the next is sought: nothing changes."""
        self._sit(leg, host)
        if not self._gone:
            self._entered = True
            self._on_line.set()

    async def _rung(self, line: OutsideLine) -> CallLeg:
        try:
            leg = await line.dial(self.caller_number, call_id=self.log.call.id)
        except (NotDialable, SipError, LegError) as error:
            log.warning("not_dialled", call=self.log.call.id, reason=str(error))
            raise NotReached(why_not_reached(error)) from error
        ringing = Ringing()
        leg.listen(ringing)
        try:
            await leg.answered(line.ring_s)
        except LegError as error:
            log.info("not_reached", call=self.log.call.id, reason=str(error))
            raise NotReached(why_not_reached(error)) from error
        except asyncio.CancelledError:
            leg.hang_up()
            raise
        if ringing.ended:
            raise NotReached("hung_up")
        return leg

    async def _carried(self, leg: CallLeg, ended: asyncio.Event) -> None:
        try:
            await self._carry(leg, self)
        finally:
            ended.set()
