"""Between agents: a caller passed on with a word or without, a colleague asked while the caller waits, all at once.

    cold       A ──hangs up── caller waits ── B's phone rings, whisper ── caller and B
    warm       caller waits ── A and B ──complete── caller and B
                                       ├─back────── caller and A
                                       └─conference─ caller, A and B ── A or B hangs up ── caller and the other

Whoever is passed on brings the handover packet with the parts of all agents so far, so nobody has to tell it twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

import structlog

from telephony.bridge import Bridge, Supervision
from telephony.looped_sound import LoopedSound
from telephony.ringback import ringback
from telephony.sip.refer import TransferRequest
from voicebot.agent_events import Consulting, LineStood
from voicebot.assist.handover import Stage
from voicebot.assist.packet import Hop
from voicebot.store.floor_records import Fate

if TYPE_CHECKING:
    from voicebot.floor.connection import Connection
    from voicebot.floor.floor import Floor
    from voicebot.floor.visitor import Visitor

log = structlog.get_logger(__name__)

_THREE_TALK: Final = "a colleague is talking along: hang up, and the colleague keeps the caller"


class NotPossible(Exception):
    """What an agent asked for can't be done now. The message says why."""


@dataclass(slots=True)
class Consultation:
    """Agent A asks agent B about a caller who waits."""

    caller: Visitor
    """The call as A has it."""
    colleague: Visitor
    """The same call as B is rung for it."""
    to: str
    """B's agent id."""
    bridge: Bridge | None = None
    """A and B talking."""

    @property
    def floor_id(self) -> str:
        """Under which B's call is on the floor."""
        return self.colleague.call.call_id

    def close(self) -> None:
        """A and B talk no more between themselves."""
        if self.bridge is not None:
            self.bridge.close()
            self.bridge = None


class Transfers:
    """Of all calls on one floor."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._consultations: dict[str, Consultation] = {}
        """By the id under which A's call is on the floor."""
        self._conferences: dict[str, Consultation] = {}
        """By the same; all three talk now."""

    # Without a word

    def cold(self, agent_id: str, to: str, reason: str = "", asked: TransferRequest | None = None) -> None:
        """Passes the agent's caller on to another agent, or to whoever has a skill. Raises NotPossible."""
        call_id, visitor, connection = self.passing_on(agent_id)
        hop = Hop(datetime.now(UTC), agent_id, connection.agent.name, to, "cold", reason)
        packet = self._floor.handed_on(visitor, hop)
        call = replace(visitor.call, passed_over=frozenset({agent_id}))
        if self._floor.staff.agent(to) is None:
            if to not in self._floor.skills:
                raise NotPossible(f"there is no agent and no skill {to!r}")
            call = replace(call, skill=to)
        onward = replace(visitor, call=call, hop=hop, packet=packet, connection=None, offering=None, asked=asked)
        self._floor.pass_on(call_id, onward, None if call.skill == to else to)
        connection.part()
        visitor.guest.seat.wait()
        connection.end("transferred")

    def passing_on(self, agent_id: str) -> tuple[str, Visitor, Connection]:
        """The call that an agent wants to pass on. Raises NotPossible."""
        found = self._call_of(agent_id)
        if found[0] in self._consultations:
            raise NotPossible("a colleague is being consulted: complete that, or take the caller back first")
        if found[0] in self._conferences:
            raise NotPossible(_THREE_TALK)
        return found

    def by_phone(self, call_id: str, asked: TransferRequest) -> bool:
        """An agent's phone sent REFER. Only colleagues and skills are taken: who has a phone's password is not to have
        the company's trunk as well."""
        visitor = self._floor.visitors.get(call_id)
        if visitor is None or visitor.connection is None:
            return False
        agent_id, to = visitor.connection.agent.id, asked.number
        try:
            consultation = self._consultations.get(call_id)
            if consultation is not None and _agent_of(consultation.colleague) == to:
                self.end_consult(agent_id, "complete")
                asked.report(200, "OK")
            else:
                self.cold(agent_id, to, asked=asked)
                asked.report(180, "Ringing")
        except NotPossible as why:
            log.info("transfer_refused", agent=agent_id, to=to, reason=str(why))
            return False
        return True

    # With a word

    def consult(self, agent_id: str, to: str) -> None:
        """Calls a colleague while the caller hears music. Raises NotPossible."""
        call_id, visitor, connection = self._call_of(agent_id)
        if call_id in self._consultations:
            raise NotPossible("a colleague is being consulted already")
        if call_id in self._conferences:
            raise NotPossible(_THREE_TALK)
        hop = Hop(datetime.now(UTC), agent_id, connection.agent.name, to, "warm")
        packet = self._floor.handed_on(visitor, hop)
        floor_id = f"{call_id}~{to}"
        call = replace(visitor.call, call_id=floor_id, passed_over=frozenset({agent_id}))
        colleague = replace(
            visitor, call=call, hop=hop, packet=packet, connection=None, offering=None, consults=True, visit=None
        )
        if not self._floor.ring(floor_id, colleague, to):
            raise NotPossible(f"agent {to!r} can't take a call now")
        self._consultations[call_id] = Consultation(visitor, colleague, to)
        connection.part()
        assert connection.talk is not None
        connection.talk.private = True
        visitor.guest.seat.wait()
        connection.seat.hear(LoopedSound(ringback()))
        self.tell_line(connection)

    def end_consult(self, agent_id: str, how: Literal["complete", "conference", "back"]) -> None:
        """complete: the colleague has the caller now; conference: all three talk; back: the caller is taken back.

        Raises NotPossible.
        """
        call_id, _, connection = self._call_of(agent_id)
        consultation = self._consultations.get(call_id)
        if consultation is None:
            raise NotPossible("no colleague is being consulted")
        if how != "back" and consultation.bridge is None:
            raise NotPossible("the colleague has not answered yet")
        if how == "complete":
            self._complete(call_id, consultation)
            connection.end("transferred")
        elif how == "conference":
            self._apart(call_id, consultation)
            connection.join()
            assert connection.bridge is not None and consultation.colleague.connection is not None
            self._conferences[call_id] = consultation
            invited = consultation.colleague.connection
            connection.bridge.supervise(invited.seat, Supervision.BARGE)
            self.tell_line(connection)
            self._tell(invited, consulting="invited", colleague=agent_id)
        else:
            self._take_back(call_id, consultation)

    # What the floor reports

    def on_ready(self, floor_id: str) -> bool:
        """A colleague has heard the whisper. False when nobody waits to consult them: they get the caller."""
        found = _of_colleague(self._consultations, floor_id)
        if found is None:
            return False
        _, consultation = found
        asking, asked = consultation.caller.connection, consultation.colleague.connection
        assert asking is not None and asked is not None
        consultation.bridge = Bridge(asking.seat, asked.seat)
        consultation.bridge.join()
        self.tell_line(asking)
        self._tell(asked, consulting="asked", colleague=asking.agent.id)
        return True

    def on_ended(self, floor_id: str, fate: Fate) -> bool:
        """Somebody's part has ended; whether that settled a consultation, and nothing else is to follow from it."""
        if (consultation := self._consultations.get(floor_id)) is not None:
            return self._asking_agent_left(floor_id, consultation, fate)
        if (found := _of_colleague(self._consultations, floor_id)) is not None:
            self._take_back(*found)
            return True
        if (conference := self._conferences.pop(floor_id, None)) is not None:
            self._learn(conference)
            self._hand_over(floor_id, conference.colleague)
            return True
        if (left := _of_colleague(self._conferences, floor_id)) is not None:
            self._invited_left(*left)
            return True
        return False

    def _asking_agent_left(self, call_id: str, consultation: Consultation, fate: Fate) -> bool:
        """Hanging up is how most telephones complete a transfer; a line that breaks must not lose the caller either."""
        if consultation.bridge is not None:
            self._complete(call_id, consultation)
        else:
            self._consultations.pop(call_id)
            consultation.colleague.consults = False  # the colleague whose phone rings gets the caller
            self._floor.forget(call_id)
        return True

    def _complete(self, call_id: str, consultation: Consultation) -> None:
        self._apart(call_id, consultation)
        self._hand_over(call_id, consultation.colleague)

    def _hand_over(self, call_id: str, colleague: Visitor) -> None:
        """The colleague has the caller to themselves."""
        colleague.consults = False
        self._floor.forget(call_id)
        assert colleague.joining is not None
        colleague.joining()

    def _learn(self, conference: Consultation) -> None:
        """The colleague knows what came up while all three talked: who invited them heard it, and has left."""
        colleague, packet = conference.colleague, conference.caller.packet
        if packet is not None:
            self._floor.learns(colleague, self._floor.extended(packet, Stage(by=colleague.hop.by), colleague.hop))

    def _invited_left(self, call_id: str, conference: Consultation) -> None:
        self._conferences.pop(call_id)
        self._floor.dismiss(conference.floor_id, "agent")
        if conference.caller.connection is not None:
            self.tell_line(conference.caller.connection)

    def _take_back(self, call_id: str, consultation: Consultation) -> None:
        self._apart(call_id, consultation)
        if consultation.floor_id in self._floor.visitors:
            self._floor.dismiss(consultation.floor_id, "agent")
        if (connection := consultation.caller.connection) is not None:
            connection.seat.hear()
            connection.join()
            self.tell_line(connection)

    def tell_line(self, connection: Connection) -> None:
        """How an agent's line stands now, for their desks; a bridge that was made anew holds and mutes nobody."""
        if (asks := _of_asking(self._consultations, connection)) is not None:
            self._tell(connection, consulting="ringing" if asks.bridge is None else "talking", colleague=asks.to)
        elif (invites := _of_asking(self._conferences, connection)) is not None:
            self._tell(connection, consulting="conference", colleague=invites.to)
        else:
            self._tell(connection)

    def _tell(self, connection: Connection, *, consulting: Consulting = "", colleague: str = "") -> None:
        bridge, guest = connection.bridge, connection.guest
        held, muted = bridge is not None and bridge.holds(guest.seat), connection.seat.muted
        now, agent_id = datetime.now(UTC), connection.agent.id
        self._floor.tell(LineStood(agent_id, now, guest.log.call.id, held, muted, consulting, colleague))

    def _apart(self, call_id: str, consultation: Consultation) -> None:
        self._consultations.pop(call_id, None)
        consultation.close()

    def on_caller_left(self, call_id: str) -> None:
        """The caller has hung up: nobody needs to be asked any more."""
        for them in (self._consultations, self._conferences):
            for floor_id, each in list(them.items()):
                if each.caller.guest.log.call.id == call_id:
                    del them[floor_id]
                    each.close()

    def _call_of(self, agent_id: str) -> tuple[str, Visitor, Connection]:
        found = self._floor.of_agent(agent_id)
        if found is None or found[1].connection is None:
            raise NotPossible(f"agent {agent_id!r} is in no call")
        return *found, found[1].connection


def _of_colleague(them: Mapping[str, Consultation], floor_id: str) -> tuple[str, Consultation] | None:
    return next((each for each in them.items() if each[1].floor_id == floor_id), None)


def _of_asking(them: Mapping[str, Consultation], connection: Connection) -> Consultation | None:
    return next((each for each in them.values() if each.caller.connection is connection), None)


def _agent_of(visitor: Visitor) -> str:
    return visitor.connection.agent.id if visitor.connection else ""
