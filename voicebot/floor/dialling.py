"""Calls that an agent makes: a number is clicked, the agent's phone rings, and then the number's."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial

import structlog

from dialect_router.queue import WaitingCall
from voicebot.assist.packet import Hop
from voicebot.floor.floor import Floor
from voicebot.floor.floor_log import FloorLog
from voicebot.floor.outgoing import MakeOutgoing, NotReached, Outgoing, OutsideLine
from voicebot.floor.transfers import NotPossible
from voicebot.floor.visitor import Visitor
from voicebot.store.floor_records import Fate
from voicebot.store.store import StoreError
from voicebot.trunk.dialling import NotDialable

log = structlog.get_logger(__name__)


class Dialling:
    """By click. Of one floor."""

    def __init__(self, floor: Floor, records: FloorLog, make: MakeOutgoing) -> None:
        self._floor = floor
        self._records = records
        self._make = make
        self.line: OutsideLine | None = None
        """The trunk, where there is one."""

    async def dial(self, agent_id: str, number: str) -> str:
        """Rings the agent, then the number. Returns the call's id. Raises NotPossible, StoreError."""
        line, staff = self.line, self._floor.staff
        if line is None:
            raise NotPossible("there is no way out: set trunk.host to the company's SIP trunk")
        if (agent := staff.agent(agent_id)) is None:
            raise NotPossible(f"there is no agent {agent_id!r} in agents.csv")
        try:
            called = line.checked(number)
            if (closed := line.closed) is not None:
                raise closed
        except NotDialable as why:
            raise NotPossible(str(why)) from why
        guest = await self._make(called, line.caller_id)
        call_id = guest.log.call.id
        if staff.presence_of(agent_id) == "wrap_up":
            staff.set_presence(agent_id, "ready")
        call = WaitingCall(call_id, asyncio.get_running_loop().time(), kind="dial")
        hop = Hop(datetime.now(UTC), agent.id, how="dial")
        visitor = Visitor(guest, call, hop, errand=_Click(guest, line, self._records))
        if not self._floor.ring(call_id, visitor, agent_id):
            raise NotPossible(f"agent {agent_id!r} is {staff.presence_of(agent_id)}: only who is ready can call")
        return call_id


class _Click:
    """An `Errand` that one agent has for oneself."""

    def __init__(self, guest: Outgoing, line: OutsideLine, records: FloorLog) -> None:
        self._guest = guest
        self._line = line
        self._records = records
        self._outcome = "not_dialled"

    async def prepare(self) -> bool:
        return await opened(self._guest)

    async def reach(self) -> None:
        try:
            await self._guest.reach(self._line)
        except NotReached as why:
            self._outcome = why.outcome
            raise

    def on_joined(self) -> None:
        """That was all."""

    def on_not_joined(self, fate: Fate) -> bool:
        self._records.put(partial(self._guest.over, self._outcome))
        return False


async def opened(guest: Outgoing) -> bool:
    """Whether the record of the call could be begun."""
    try:
        await guest.open()
    except StoreError as error:
        log.error("nobody_is_dialled", reason=str(error))
        return False
    return True
