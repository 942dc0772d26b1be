"""Callers passed on to a number outside: the trunk rings it, and the two are joined. The agent is free meanwhile.

What they say is recorded like the rest of the call, and not transcribed: whoever is called there does not work here.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Final

import structlog

from dialect_router.callbacks import Unreached
from telephony.audio import Frame
from telephony.bridge import Bridge
from telephony.hold_music import hold_music
from telephony.leg import CallLeg, LegEnded, LegError
from telephony.looped_sound import LoopedSound
from telephony.ringback import ringback
from telephony.seat import Seat
from telephony.sip.settings import SipError
from voicebot.assist.packet import Hop
from voicebot.events import PassedOutside
from voicebot.floor.floor import Floor
from voicebot.floor.floor_log import FloorLog
from voicebot.floor.outgoing import OutsideLine, why_not_reached
from voicebot.floor.transfers import NotPossible
from voicebot.floor.visitor import Visitor
from voicebot.masking import mask
from voicebot.store.store import Store
from voicebot.trunk.dialling import NotDialable

log = structlog.get_logger(__name__)

_NUMBER: Final = re.compile(r"\+?[0-9]{5,20}")


class OutsideTransfers:
    """Of one floor."""

    def __init__(self, floor: Floor, store: Store, records: FloorLog) -> None:
        self._floor = floor
        self._store = store
        self._records = records
        self.line: OutsideLine | None = None
        """The trunk, where there is one."""

    def is_outside(self, to: str) -> bool:
        """Whether a transfer's target is a telephone number, and nobody here."""
        here = self._floor.staff.agent(to) is not None or to in self._floor.skills
        return not here and _NUMBER.fullmatch(to) is not None

    def pass_on(self, agent_id: str, to: str, reason: str) -> None:
        """The agent's part is over, and the number rings. Raises NotPossible."""
        line = self.line
        if line is None:
            raise NotPossible(f"{mask(to)} can't be called: set trunk.host to the company's SIP trunk")
        try:
            number = line.checked(to)
            if (closed := line.closed) is not None:
                raise closed
        except NotDialable as why:
            raise NotPossible(str(why)) from why
        call_id, visitor, connection = self._floor.transfers.passing_on(agent_id)
        hop = Hop(datetime.now(UTC), agent_id, connection.agent.name, mask(number), "cold", reason)
        packet = self._floor.handed_on(visitor, hop)
        onward = replace(visitor, hop=hop, packet=packet, connection=None)
        connection.part()
        connection.end("transferred")
        self._floor.elsewhere(call_id, onward, self._connect(call_id, onward, agent_id, number, line))

    async def _connect(self, call_id: str, visitor: Visitor, agent_id: str, number: str, line: OutsideLine) -> None:
        """From ring to hang-up; cancelled when the caller leaves."""
        leg: CallLeg | None = None
        visitor.guest.seat.hear(LoopedSound(ringback()))
        try:
            leg = await line.dial(number, call_id=call_id)
            party = _Party()
            leg.listen(party)
            await leg.answered(line.ring_s)
            self._tell(visitor, agent_id, number, "answered")
            await self._talk(visitor, leg, party)
        except (NotDialable, SipError, LegError) as error:
            self._tell(visitor, agent_id, number, why_not_reached(error))
            visitor.guest.on_waiting_again(lost=False)
            self._floor.wait_again(call_id, visitor, without=agent_id)
        finally:
            if leg is not None:
                leg.hang_up()

    async def _talk(self, visitor: Visitor, leg: CallLeg, party: _Party) -> None:
        bridge = Bridge(visitor.guest.seat, Seat(leg, party, music=LoopedSound(hold_music())))
        visitor.guest.on_joined(party)
        bridge.join()
        try:
            await party.gone.wait()
        finally:
            bridge.close()
        self._floor.forget(visitor.call.call_id)
        visitor.guest.on_agent_left()

    def _tell(self, visitor: Visitor, agent_id: str, number: str, outcome: Unreached | str) -> None:
        call_id = visitor.guest.log.call.id
        log.info("passed_outside", call=call_id, agent=agent_id, number=mask(number), outcome=outcome)
        event = PassedOutside(call_id, datetime.now(UTC), agent_id, mask(number), outcome)
        self._records.put(partial(self._store.enqueue_events, [event]))


class _Party:
    """Listens to the leg outside, and to the caller while they talk."""

    def __init__(self) -> None:
        self.gone = asyncio.Event()

    def on_frame(self, frame: Frame, outbound: Frame | None = None) -> None:
        """Nothing is made of it here: the caller's leg is recorded, with all that it hears."""

    def on_dtmf(self, digit: str) -> None: ...

    def on_hold(self, held: bool) -> None: ...

    def on_ended(self, ended: LegEnded) -> None:
        self.gone.set()
