"""The floor: brings waiting callers and agents together, and keeps both going when something goes wrong.

`dialect_router.distributor` decides; here phones ring, and whatever comes of it is told to everybody concerned. What
does not work out (nobody picks up, a line breaks, an agent goes) puts the caller back in the old place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import Any, Final

import structlog

from dialect_router.agents import Agent
from dialect_router.assignment import Assignment
from dialect_router.distributor import CallDistributor, Offer
from dialect_router.presence import Cause
from dialect_router.queue_rules import Action, GiveUp
from dialect_router.routing import Staffing
from voicebot.agent_events import AgentEvent
from voicebot.assist.handover import Stage, extended
from voicebot.assist.packet import HandoverPacket, Hop
from voicebot.assist.summary import summary_wording
from voicebot.assist.whisper import Whisper, whisper, whisper_wording
from voicebot.floor.closing import Closing
from voicebot.floor.connection import Connection
from voicebot.floor.guest import Guest, Wish
from voicebot.floor.journal import Journal
from voicebot.floor.outgoing import Errand
from voicebot.floor.phones import Phones
from voicebot.floor.services import FloorServices
from voicebot.floor.staff import Staff
from voicebot.floor.transfers import NotPossible, Transfers
from voicebot.floor.visitor import Visitor, call_waiting
from voicebot.store.floor_records import Fate, LeftTo, OfferRecord
from voicebot.store.store import StoreError

log = structlog.get_logger(__name__)

TICK_S: Final = 0.5
"""How often waiting calls and agents are looked at when nothing happens."""
NOT_TAKEN: Final[frozenset[Fate]] = frozenset({"missed", "declined", "unreachable", "withdrawn"})
"""Fates of a phone that nobody picked up."""


class Floor:
    """All waiting callers and all agents of this process."""

    def __init__(
        self,
        distributor: CallDistributor,
        services: FloorServices,
        closing: Closing,
        *,
        open_now: Callable[[], bool],
    ) -> None:
        """open_now: within the hours in which humans work."""
        self._distributor = distributor
        self._services = services
        self._closing = closing
        self._open_now = open_now
        self._journal = Journal(services)
        self._visitors: dict[str, Visitor] = {}
        self._phones: Phones | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._woken = asyncio.Event()
        self.staff = Staff(distributor.board, services, on_given_back=self._given_back, wake=self._woken.set)
        self.transfers = Transfers(self)

    @property
    def phones(self) -> Phones:
        """There once the floor runs."""
        assert self._phones is not None
        return self._phones

    @property
    def visitors(self) -> Mapping[str, Visitor]:
        """Call id -> the call; a consultation has an id of its own."""
        return MappingProxyType(self._visitors)

    def with_caller(self, call_id: str) -> Visitor | None:
        """Who waits for, or talks to, the caller of this call, whoever else is being asked about them."""
        here = (each for each in self._visitors.values() if each.guest.log.call.id == call_id and not each.consults)
        return next(here, None)

    async def run(self, phones: Phones) -> None:
        """Until cancelled; then every agent's phone is hung up."""
        self._phones = phones
        async with asyncio.TaskGroup() as self._tasks:
            while True:
                self._tick()
                self._woken.clear()  # after the tick: what it changed itself is no reason for another
                with suppress(TimeoutError):
                    async with asyncio.timeout(TICK_S):
                        await self._woken.wait()

    # Callers

    def staffing(self, wish: Wish) -> Staffing:
        """Who could take a call now, and how long it would wait."""
        at = _time()
        return self._distributor.staffing(call_waiting("", wish, at), at, open_now=self._open_now())

    def enter(self, guest: Guest, *, last_agent: str | None = None, hop: Hop | None = None) -> None:
        """The caller waits for a human from now on. `guest.on_due` hears at once when that can't be."""
        call_id = guest.log.call.id
        call = replace(call_waiting(call_id, guest.wish, _time()), last_agent=last_agent)
        visitor = Visitor(guest, call, hop or Hop(datetime.now(UTC), "assistant"))
        self.wait(call_id, visitor)

    def enter_absent(self, call_id: str, visitor: Visitor) -> bool:
        """Somebody waits who is called once an agent is there. False: more wait than ever may."""
        if self._distributor.enter(visitor.call, open_now=True) is not None:
            return False
        self._visitors[call_id] = visitor
        self._woken.set()
        return True

    @property
    def skills(self) -> frozenset[str]:
        """Every skill that a caller can be passed on to."""
        return self._services.company.routing.skills

    def pass_on(self, call_id: str, onward: Visitor, to_agent: str | None) -> None:
        """An agent passes the caller on: to one colleague, or to whoever fits. Raises NotPossible."""
        if to_agent is None:
            onward.guest.on_waiting_again(lost=False)
            self.wait(call_id, onward)
        elif self.ring(call_id, onward, to_agent):
            onward.guest.on_waiting_again(lost=False)
            onward.visit = self._journal.entered(onward.guest.log.call.id, onward.call)
        else:
            raise NotPossible(f"agent {to_agent!r} can't take a call now")

    def forget(self, call_id: str) -> None:
        """The caller is on the floor under another id now."""
        self._visitors.pop(call_id, None)

    def leave(self, call_id: str, to: LeftTo) -> None:
        """The caller hung up, or goes elsewhere. Harmless for a call that is not here."""
        self.transfers.on_caller_left(call_id)
        for floor_id, visitor in list(self._visitors.items()):
            if visitor.guest.log.call.id == call_id:
                self.dismiss(floor_id, to)

    def dismiss(self, floor_id: str, to: LeftTo) -> None:
        """The same for one visitor: its phone stops ringing, its agent is hung up."""
        visitor = self._visitors.pop(floor_id)
        self.staff.changed(self._distributor.leave(floor_id, _time()))
        self._end_visit(visitor, to)
        if visitor.errand is not None:
            visitor.errand.on_not_joined("caller_left")
        connection = visitor.connection
        if connection is not None and connection.answered:
            connection.end("caller_left" if connection.talk is None else "talked")
        elif visitor.offering is not None:
            visitor.offering.cancel()

    def wait_again(self, call_id: str, visitor: Visitor, *, without: str) -> None:
        """Back into the queue, for anybody but the agent `without`. The old place is kept."""
        visitor.call = replace(visitor.call, passed_over=visitor.call.passed_over | {without})
        self.wait(call_id, visitor)

    def wait(self, call_id: str, visitor: Visitor) -> None:
        """Into the queue; `guest.on_due` hears at once when that can't be."""
        visitor.stops_talking(_time())
        self._visitors[call_id] = visitor
        refused = self._distributor.enter(visitor.call, open_now=self._open_now())
        visitor.visit = self._journal.entered(visitor.guest.log.call.id, visitor.call)
        visitor.guest.seat.wait()
        if refused is not None:
            self._due(call_id, refused)
        self._woken.set()

    def ring(self, call_id: str, visitor: Visitor, agent_id: str) -> bool:
        """Rings one agent, whoever else might take the call. False when that one can't take a call now."""
        visitor.stops_talking(_time())
        change = self._distributor.direct(visitor.call, agent_id, _time())
        if change is None:
            return False
        self._visitors[call_id] = visitor
        self.staff.changed(change)
        self._begin_offer(call_id, visitor, change.after.agent, None)
        return True

    def elsewhere(self, call_id: str, visitor: Visitor, work: Coroutine[Any, Any, None]) -> None:
        """The caller is with somebody who is no agent while `work` goes on; it is cancelled when the caller leaves."""
        assert self._tasks is not None
        self._visitors[call_id] = visitor
        visitor.offering = self._tasks.create_task(work)

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Something that goes on beside the floor and ends with it, such as a call that was made."""
        assert self._tasks is not None
        self._tasks.create_task(work)

    def connection_of(self, agent_id: str) -> Connection | None:
        """Of the call that an agent has picked up: hears the whisper, is consulted, or talks to the caller."""
        there = (visitor.connection for visitor in self._visitors.values())
        return next((each for each in there if each and each.agent.id == agent_id and each.answered), None)

    def of_agent(self, agent_id: str) -> tuple[str, Visitor] | None:
        """The call on which an agent talks to the caller."""
        for call_id, visitor in self._visitors.items():
            connection = visitor.connection
            if connection is not None and connection.agent.id == agent_id and connection.talk is not None:
                return call_id, visitor
        return None

    def tell(self, event: AgentEvent) -> None:
        """Shows it on desks."""
        self._services.tell(event)

    def handed_on(self, visitor: Visitor, hop: Hop | None = None) -> HandoverPacket | None:
        """The packet with the present agent's part, for whoever is next."""
        packet, connection = visitor.packet, visitor.connection
        if packet is None or connection is None:
            return packet
        return self.extended(packet, connection.stage, hop)

    def extended(self, packet: HandoverPacket, stage: Stage, hop: Hop | None) -> HandoverPacket:
        """With what one more party came to, and the transfer that ends their part."""
        company, now = self._services.company, datetime.now(UTC)
        return extended(packet, company, stage, at=now, wording=summary_wording(), hop=hop)

    def learns(self, visitor: Visitor, packet: HandoverPacket) -> None:
        """The agent who has the caller already is shown what another one came to."""
        visitor.packet = packet
        if visitor.connection is not None:
            self._journal.packet_grew(packet, visitor.connection.agent.id)

    # Time

    def _tick(self) -> None:
        for visitor in self._visitors.values():
            if visitor.learned():
                self._distributor.update(visitor.call)
        tick = self._distributor.tick(_time(), open_now=self._open_now())
        self.staff.changed(*tick.presence)
        for offer in tick.offers:
            self._offer(offer)
        for call, action in tick.due:
            self._due(call.call_id, action)
        if tick.shadow is not None:
            self._journal.shadow(tick.shadow)
        waiting = sum(visitor.visit is not None for visitor in self._visitors.values())
        self._services.metrics.calls_waiting.set(waiting)

    def _due(self, call_id: str, action: Action) -> None:
        visitor = self._visitors.get(call_id)
        if visitor is None:
            return
        log.info("queue", call=call_id, due=type(action).__name__, reason=getattr(action, "reason", ""))
        if isinstance(action, GiveUp):
            del self._visitors[call_id]
            self._end_visit(visitor, action.to)
        visitor.guest.on_due(action)

    def _end_visit(self, visitor: Visitor, to: LeftTo) -> None:
        if visitor.visit is not None:
            self._journal.left(visitor.visit, to)
            visitor.visit = None

    # Offers

    def _offer(self, offer: Offer) -> None:
        call_id = offer.call.call_id
        agent = self.staff.agent(offer.agent_id)
        visitor = self._visitors.get(call_id)
        if agent is not None and visitor is not None:
            visitor.call = offer.call
            self._begin_offer(call_id, visitor, agent, offer.decision)

    def _begin_offer(self, call_id: str, visitor: Visitor, agent: Agent, decision: Assignment | None) -> None:
        assert self._tasks is not None
        work = self._connect(call_id, visitor, agent, decision)
        visitor.offering = self._tasks.create_task(work, name=f"offer-{call_id}-{agent.id}")

    async def _connect(self, call_id: str, visitor: Visitor, agent: Agent, decision: Assignment | None) -> None:
        """From ring to hang-up of one agent."""
        errand = visitor.errand
        if errand is not None and not await errand.prepare():
            self.dismiss(call_id, "abandoned")
            return
        visitor.packet = await self._packet(visitor)
        said = whisper(visitor.packet, whisper_wording()) if visitor.packet else Whisper("", "", 0.0)
        real_id = visitor.guest.log.call.id
        offer = self._journal.offered(real_id, visitor.call, agent, decision, visitor.packet, said)
        connection = visitor.connection = Connection(
            agent,
            visitor.guest,
            self._services,
            on_answered=lambda: self._answered(call_id, agent, offer),
            on_ready=lambda: self._ready(call_id, visitor, offer),
            on_transfer=lambda asked: self.transfers.by_phone(call_id, asked),
            reach=errand.reach if errand is not None else None,
        )
        fate: Fate | None = None
        try:
            fate = await connection.run(self.phones, said, ring_s=self._distributor.board.config.ring_s)
        finally:
            self._ended(call_id, visitor, connection, offer, fate or visitor.taken_back)

    async def _packet(self, visitor: Visitor) -> HandoverPacket | None:
        """None when the store can't be asked: the caller is put through all the same."""
        if visitor.packet is not None:
            return visitor.packet
        try:
            return await visitor.guest.packet(visitor.hop)
        except StoreError as error:
            log.error("no_handover_packet", reason=str(error))
            return None

    def _answered(self, call_id: str, agent: Agent, offer: OfferRecord) -> bool:
        change = self._distributor.on_answered(agent.id, call_id, _time())
        if change is None:
            return False
        self.staff.changed(change)
        self._journal.answered(offer)
        return True

    def _ready(self, call_id: str, visitor: Visitor, offer: OfferRecord) -> None:
        """The whisper is over."""
        visitor.joining = partial(self._joined, visitor, offer)
        if not (visitor.consults and self.transfers.on_ready(call_id)):
            visitor.joining()

    def _joined(self, visitor: Visitor, offer: OfferRecord) -> None:
        """Caller and agent are brought together."""
        assert visitor.connection is not None
        visitor.talking_since = _time()
        visitor.connection.join()
        self.transfers.tell_line(visitor.connection)
        if visitor.errand is not None:
            visitor.errand.on_joined()
            visitor.errand = None
        self._journal.joined(offer, visitor.connection.agent)
        self._end_visit(visitor, "agent")
        if visitor.asked is not None:
            visitor.asked.report(200, "OK")
            visitor.asked = None

    def _ended(self, call_id: str, visitor: Visitor, connection: Connection, offer: OfferRecord, fate: Fate) -> None:
        agent_id, at = connection.agent.id, _time()
        self._journal.ended(offer, fate)
        if connection.talk is not None:
            visitor.packet = self.handed_on(visitor)
            if visitor.packet is not None:
                self._closing.suggest(visitor.packet, agent_id, datetime.now(UTC))
        visitor.connection = None
        if fate in NOT_TAKEN:
            cause = Cause.MISSED if fate == "missed" else Cause.DECLINED
            self.staff.changed(self._distributor.on_not_taken(agent_id, call_id, at, cause))
        else:
            self.staff.changed(self._distributor.on_ended(agent_id, call_id, at))
        if self._visitors.get(call_id) is not visitor or self.transfers.on_ended(call_id, fate):
            return
        if visitor.errand is not None:
            self._not_joined(call_id, visitor, visitor.errand, agent_id, fate)
        elif fate == "talked":
            del self._visitors[call_id]
            visitor.guest.on_agent_left()
        elif fate in ("lost", "left_in_whisper"):
            visitor.guest.on_waiting_again(lost=fate == "lost")
            self.wait_again(call_id, visitor, without=agent_id)

    def _not_joined(self, call_id: str, visitor: Visitor, errand: Errand, agent_id: str, fate: Fate) -> None:
        """An agent was rung for somebody who was to be called, and the two did not come to talk."""
        stays = errand.on_not_joined(fate)
        if stays and fate not in NOT_TAKEN:  # who picks up takes the call out of the queue
            visitor.call = replace(visitor.call, passed_over=visitor.call.passed_over | {agent_id})
            stays = self.enter_absent(call_id, visitor)
        if not stays:
            del self._visitors[call_id]
            self.staff.changed(self._distributor.leave(call_id, _time()))
        if fate == "not_reached" and self.staff.presence_of(agent_id) == "wrap_up":
            self.staff.set_presence(agent_id, "ready")  # there is nothing to note

    def _given_back(self, call_id: str, cause: Cause) -> None:
        """Nobody picked up in time, or the agent went: the phone rings no more, and the next one will."""
        visitor = self._visitors.get(call_id)
        if visitor is not None and visitor.offering is not None:
            visitor.taken_back = "missed" if cause is Cause.MISSED else "withdrawn"
            visitor.offering.cancel()


def _time() -> float:
    return asyncio.get_running_loop().time()
