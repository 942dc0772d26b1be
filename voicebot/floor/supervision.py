"""A supervisor in a call: rung on a telephone of their own, listening, whispering to the agent, or talking to both."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import structlog

from dialect_router.agents import Agent
from telephony.audio import Frame
from telephony.bridge import Bridge, Supervision
from telephony.hold_music import hold_music
from telephony.leg import LegEnded, LegError
from telephony.looped_sound import LoopedSound
from telephony.seat import Seat
from telephony.sip.settings import SipError
from voicebot.floor.transfers import NotPossible

if TYPE_CHECKING:
    from voicebot.floor.floor import Floor
    from voicebot.floor.phones import RungLeg

log = structlog.get_logger(__name__)

RING_S: Final = 20.0


class Supervisions:
    """Of all calls on one floor, one supervisor to a call."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._listeners: dict[str, _Listener] = {}

    async def supervise(self, call_id: str, phone: str, mode: str) -> None:
        """Rings `phone`, or changes what the supervisor who is there does; "stop" lets them go. Raises NotPossible."""
        there = self._listeners.get(call_id)
        if mode == "stop":
            if there is None:
                raise NotPossible("nobody supervises this call")
            there.leg.hang_up()
            return
        bridge = self._bridge_of(call_id)
        if there is not None:
            bridge.supervise(there.seat, Supervision(mode))
            return
        leg = await self._rung(phone, call_id)
        listener = _Listener(leg, lambda: self._listeners.pop(call_id, None))
        self._listeners[call_id] = listener
        try:
            self._bridge_of(call_id).supervise(listener.seat, Supervision(mode))
        except (NotPossible, ValueError) as why:
            leg.hang_up()
            raise NotPossible(str(why)) from why

    async def _rung(self, phone: str, call_id: str) -> RungLeg:
        agent = self._floor.staff.agent(phone) or Agent(phone, phone)
        caller = self._floor.visitors[call_id].guest
        try:
            leg = await self._floor.phones.ring(
                agent, caller_number=caller.caller_number, caller_name=caller.log.call.caller_label, call_id=call_id
            )
            leg.listen(_Nobody())
            await leg.answered(RING_S)
        except (SipError, LegError) as error:
            raise NotPossible(f"the supervisor's phone {phone!r} was not answered: {error}") from error
        return leg

    def _bridge_of(self, call_id: str) -> Bridge:
        visitor = self._floor.visitors.get(call_id)
        bridge = visitor.connection.bridge if visitor is not None and visitor.connection is not None else None
        if bridge is None:
            raise NotPossible(f"call {call_id!r} is with no agent now")
        return bridge


class _Nobody:
    """While a supervisor's phone rings."""

    def on_frame(self, inbound: Frame, outbound: Frame) -> None: ...

    def on_dtmf(self, digit: str) -> None: ...

    def on_hold(self, held: bool) -> None: ...

    def on_ended(self, ended: LegEnded) -> None: ...


class _Listener(_Nobody):
    """A supervisor's leg in a bridge; hung up when the bridge has let it go."""

    def __init__(self, leg: RungLeg, on_over: Callable[[], object]) -> None:
        self.leg = leg
        self.seat = Seat(leg, self, music=LoopedSound(hold_music()))
        self._on_over = on_over
        self._joined = False

    def on_frame(self, inbound: Frame, outbound: Frame) -> None:
        if self.seat.keeper is not None:
            self._joined = True
        elif self._joined:  # the call has ended, or the agent went
            self.leg.hang_up()

    def on_ended(self, ended: LegEnded) -> None:
        self._on_over()
