"""A supervisor in a call: rung on a telephone of their own, listening, whispering to the agent, or talking to both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
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
from telephony.webrtc.errors import BrowserPhoneError
from telephony.webrtc.leg import BrowserLeg
from voicebot.agent_events import AgentEvent, Supervising, SupervisionState
from voicebot.call.ringing import Ringing
from voicebot.floor.transfers import NotPossible

if TYPE_CHECKING:
    from voicebot.floor.floor import Floor
    from voicebot.floor.phones import RungLeg

log = structlog.get_logger(__name__)

RING_S: Final = 20.0


class Supervisions:
    """Of all calls on one floor, one supervisor to a call, one call to a supervisor."""

    def __init__(self, floor: Floor, tell: Callable[[AgentEvent], None]) -> None:
        """tell: what a supervisor's phone does in a call, as it happens."""
        self._floor = floor
        self._tell = tell
        self._there: dict[str, _Supervisor] = {}
        """By call: in it, or being rung for it."""

    def supervise(self, call_id: str, phone: str, mode: str) -> None:
        """Rings `phone`, or changes what its supervisor does; "stop" lets them go. What comes of it is told.

        Raises NotPossible.
        """
        there = self._there.get(call_id)
        if there is not None and there.phone != phone:
            raise NotPossible(f"{there.phone!r} supervises this call: let them leave first")
        if mode == "stop":
            if there is None:
                raise NotPossible("nobody supervises this call")
            there.leave()
            self._over(call_id)
        elif there is None:
            self._check(call_id, phone)
            self._there[call_id] = there = _Supervisor(phone, Supervision(mode), partial(self._over, call_id))
            self._now(call_id, there, "ringing")
            self._floor.begin(self._let_in(call_id, there))
        else:
            there.mode = Supervision(mode)
            if there.seat is not None:  # else once it has picked up
                self._join(call_id, there, there.seat)

    def _check(self, call_id: str, phone: str) -> None:
        self._bridge_of(call_id)
        if self._floor.of_agent(phone) is not None or any(each.phone == phone for each in self._there.values()):
            raise NotPossible(f"phone {phone!r} is in a call: end that one first")
        if self._floor.staff.presence_of(phone) == "ready":
            self._floor.staff.set_presence(phone, "break")  # or a caller would be put through to it meanwhile

    async def _let_in(self, call_id: str, there: _Supervisor) -> None:
        """Never raises: it is one of the floor's own tasks."""
        try:
            await self._ring(call_id, there)
            self._join(call_id, there, there.sit_down())
        except (SipError, LegError) as error:
            self._over(call_id, f"phone {there.phone!r} was not answered: {error}")
        except (BrowserPhoneError, NotPossible) as why:
            there.leave()
            self._over(call_id, str(why))

    async def _ring(self, call_id: str, there: _Supervisor) -> None:
        agent = self._floor.staff.agent(there.phone) or Agent(there.phone, there.phone)
        if (visitor := self._floor.with_caller(call_id)) is None:
            raise NotPossible(f"call {call_id!r} has ended")
        caller, name = visitor.guest, visitor.guest.log.call.caller_label
        leg = await self._floor.phones.ring(
            agent, caller_number=caller.caller_number, caller_name=name, call_id=call_id
        )
        leg.listen(Ringing())
        there.rings(leg)
        if isinstance(leg, BrowserLeg):
            leg.pick_up()  # they have just asked for it, on the same page
        await leg.answered(RING_S)

    def _join(self, call_id: str, there: _Supervisor, seat: Seat) -> None:
        try:
            self._bridge_of(call_id).supervise(seat, there.mode)
        except ValueError as why:
            raise NotPossible(str(why)) from why
        self._now(call_id, there, there.mode.value)

    def _over(self, call_id: str, reason: str = "") -> None:
        there = self._there.pop(call_id, None)
        if there is not None:
            self._now(call_id, there, "over", reason)

    def _now(self, call_id: str, there: _Supervisor, state: SupervisionState, reason: str = "") -> None:
        log.info("supervision", call=call_id, phone=there.phone, state=state, reason=reason)
        self._tell(Supervising(there.phone, datetime.now(UTC), call_id, state, reason))

    def _bridge_of(self, call_id: str) -> Bridge:
        visitor = self._floor.with_caller(call_id)
        bridge = visitor.connection.bridge if visitor is not None and visitor.connection is not None else None
        if bridge is None:
            raise NotPossible(f"call {call_id!r} is with no agent now")
        return bridge


class _Supervisor(Ringing):
    """Somebody at a phone of their own; hung up when the bridge has let them go."""

    def __init__(self, phone: str, mode: Supervision, on_over: Callable[[], object]) -> None:
        self.phone = phone
        self.mode = mode
        self.seat: Seat | None = None
        """In the bridge; None while the phone rings."""
        self._leg: RungLeg | None = None
        self._on_over = on_over
        self._joined = self._left = False

    def rings(self, leg: RungLeg) -> None:
        self._leg = leg
        if self._left:
            leg.hang_up()

    def sit_down(self) -> Seat:
        """The phone has picked up."""
        assert self._leg is not None, "it rang"
        self.seat = Seat(self._leg, self, music=LoopedSound(hold_music()))
        return self.seat

    def leave(self) -> None:
        self._left = True
        if self._leg is not None:
            self._leg.hang_up()

    def on_frame(self, inbound: Frame, outbound: Frame) -> None:
        if self.seat is not None and self.seat.keeper is not None:
            self._joined = True
        elif self._joined:  # the call has ended, or the agent went
            self.leave()

    def on_ended(self, ended: LegEnded) -> None:
        self._on_over()
