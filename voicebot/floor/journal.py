"""What the floor tells the store, the events and the desks, in one place: each happening once, in order."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from dialect_router.agents import Agent
from dialect_router.assignment import Assignment
from dialect_router.dialects import STANDARD
from dialect_router.queue import WaitingCall
from dialect_router.shadow import Comparison
from voicebot.agent_events import Joined, Left, PacketGrew, Ringing
from voicebot.assist.packet import HandoverPacket, packet_fields, packet_to_json
from voicebot.assist.whisper import Whisper
from voicebot.events import AgentJoined, CallOffered, CallQueued, OfferEnded, QueueLeft
from voicebot.floor.services import FloorServices
from voicebot.store.floor_records import Fate, LeftTo, OfferRecord, QueueVisit


class Journal:
    """Nothing here waits; the services' log writes in order."""

    def __init__(self, services: FloorServices) -> None:
        self._services = services
        self._store = services.store
        self._otherwise: dict[str, tuple[str | None, str | None]] = {}
        """Call that waits -> the agents of the live policy and of the shadow, where those differed last."""

    def entered(self, call_id: str, call: WaitingCall) -> QueueVisit:
        """A call begins to wait."""
        now = datetime.now(UTC)
        visit = QueueVisit(
            id=uuid4().hex,
            call_id=call_id,
            skill=call.skill,
            dialects=_likeliest(call),
            requested_dialect=call.requested_dialect,
            value=call.value,
            emotion=call.emotion,
            entered_at=now,
        )
        event = CallQueued(call_id, now, call.skill, visit.dialects, call.value, call.emotion)
        self._services.log.put(partial(self._store.entered, visit, events=[event]))
        return visit

    def left(self, visit: QueueVisit, to: LeftTo) -> None:
        """It waits no more."""
        self._otherwise.pop(visit.call_id, None)
        now = datetime.now(UTC)
        waited_s = (now - visit.entered_at).total_seconds()
        self._services.metrics.queue_wait_s.labels(to).observe(waited_s)
        event = QueueLeft(visit.call_id, now, to, round(waited_s, 3))
        self._services.log.put(partial(self._store.left, visit.id, to, now, events=[event]))

    def offered(
        self,
        call_id: str,
        call: WaitingCall,
        agent: Agent,
        decision: Assignment | None,
        packet: HandoverPacket | None,
        said: Whisper,
    ) -> OfferRecord:
        """An agent's phone rings. decision: None where a colleague passed the call on."""
        now = datetime.now(UTC)
        dialect = call.requested_dialect or next(iter(_likeliest(call)), STANDARD)
        offer = OfferRecord(
            id=uuid4().hex,
            call_id=call_id,
            agent_id=agent.id,
            skill=call.skill,
            dialect=dialect,
            dialect_matched=agent.speaks(dialect),
            offered_at=now,
            waited_s=round(decision.waited_s, 3) if decision else 0.0,
            reasons=decision.reasons if decision else (),
            price=dict(decision.chosen.parts) if decision else {},
            alternatives=tuple(
                {"agent_id": other.agent_id, "price": other.price}
                for other in (decision.alternatives if decision else ())
            ),
            whisper=said.text,
        )
        event = CallOffered(call_id, now, agent.id, offer.waited_s, offer.reasons)
        self._services.log.put(partial(self._store.offered, offer, events=[event]))
        if packet is not None:
            self._keep(packet, agent.id, now)
            self._services.tell(Ringing(agent.id, now, call_id, packet_fields(packet), said.text, offer.reasons))
        return offer

    def packet_grew(self, packet: HandoverPacket, agent_id: str) -> None:
        """In the middle of the agent's talk."""
        now = datetime.now(UTC)
        self._keep(packet, agent_id, now)
        self._services.tell(PacketGrew(agent_id, now, packet.call_id, packet_fields(packet)))

    def _keep(self, packet: HandoverPacket, agent_id: str, at: datetime) -> None:
        as_json = packet_to_json(packet)
        self._services.log.put(partial(self._store.packet_handed, packet.call_id, agent_id, at, as_json))

    def answered(self, offer: OfferRecord) -> None:
        changes = {"answered_at": datetime.now(UTC)}
        self._services.log.put(partial(self._store.offer_went_on, offer.id, changes))

    def joined(self, offer: OfferRecord, agent: Agent) -> None:
        """Caller and agent hear each other."""
        now = datetime.now(UTC)
        event = AgentJoined(offer.call_id, now, agent.id, offer.waited_s)
        self._services.log.put(partial(self._store.joined, offer.call_id, agent.id, agent.team))
        self._services.log.put(partial(self._store.offer_went_on, offer.id, {"joined_at": now}, events=[event]))
        self._services.tell(Joined(agent.id, now, offer.call_id))

    def ended(self, offer: OfferRecord, fate: Fate) -> None:
        """What came of an offer."""
        now = datetime.now(UTC)
        self._services.metrics.offers.labels(fate).inc()
        changes = {"ended_at": now, "fate": fate}
        event = OfferEnded(offer.call_id, now, offer.agent_id, fate)
        self._services.log.put(partial(self._store.offer_went_on, offer.id, changes, events=[event]))
        self._services.tell(Left(offer.agent_id, now, offer.call_id, fate))

    def shadow(self, comparison: Comparison) -> None:
        """Where another policy would have decided otherwise; what it would do still, some ticks later, is no news."""
        now = datetime.now(UTC)
        for one in comparison.differences:
            live, other = one.live, one.shadow
            reasons = other.reasons if other else ()
            names = live.agent_id if live else None, other.agent_id if other else None
            if self._otherwise.get(one.call_id) == names:
                continue
            self._otherwise[one.call_id] = names
            self._services.log.put(partial(self._store.shadow_differed, one.call_id, now, *names, reasons))


def _likeliest(call: WaitingCall) -> dict[str, float]:
    """The belief's first few dialects."""
    ranked = sorted(call.dialects.items(), key=lambda each: -each[1])[:5]
    return {tag: round(probability, 3) for tag, probability in ranked}
