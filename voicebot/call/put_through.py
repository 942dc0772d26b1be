"""One call's way to a human and back: the session's side of the floor.

assistant ──begin──> waits, the assistant keeps company ──on_joined──> a human has the caller
    ^                    ^        │ callback, voicemail                     │
    └────────────────────┼────────┘              lost, passed on ───────────┤
                         └──────────────────────────────────────────────────┘
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

import structlog

from dialect_router.agents import Agent
from dialect_router.queue_rules import Action, Announce, GiveUp, OfferCallback
from telephony.audio import Frame
from telephony.hold_music import hold_music
from telephony.leg import CallLeg, LegListener
from telephony.looped_sound import LoopedSound
from telephony.seat import Seat
from voicebot.assist.dialect_finding import dialect_finding
from voicebot.assist.handover import assistants_stage, build_packet
from voicebot.assist.packet import EarlierCall, HandoverPacket, Hop
from voicebot.assist.prompts import AssistedCall
from voicebot.assist.summary import summary_wording
from voicebot.call.arrival import Arrival
from voicebot.call.caller_dialect import CallerDialect, kept
from voicebot.call.log import CallLog
from voicebot.call.recording_pause import RecordingPause
from voicebot.company import Company
from voicebot.dialogue.callback import CALLBACK_TOOL
from voicebot.dialogue.policy import Dialogue
from voicebot.dialogue.types import Reply
from voicebot.floor.callbacks import Callbacks
from voicebot.floor.floor import Floor
from voicebot.floor.guest import CallerEar, Wish
from voicebot.hearing.recognition import Heard
from voicebot.store.floor import FloorStore
from voicebot.store.floor_records import LeftTo
from voicebot.store.records import CustomerRecord
from voicebot.store.store import Store, StoreError

log = structlog.get_logger(__name__)

MOST_EARLIER: Final = 5
"""Former calls that an agent is told of."""
_EMOTION: Final = {"calm": 0.0, "annoyed": 0.5, "angry": 1.0}


class Host(LegListener, Protocol):
    """The session behind a call."""

    recording: RecordingPause

    @property
    def clock_s(self) -> float:
        """Seconds since the answer."""

    def say(self, find: Callable[[], Awaitable[Reply | None]]) -> None:
        """Says, when its turn comes, what `find` then returns; None: nothing any more."""

    def fall_silent(self) -> None:
        """The assistant says and hears nothing until it says something again."""


@dataclass(frozen=True, slots=True)
class CallInHand:
    """A call as the assistant has it."""

    arrival: Arrival
    log: CallLog
    dialogue: Dialogue
    dialect: CallerDialect


@dataclass(frozen=True, slots=True)
class Office:
    """What the calls of a process share on their way to a human."""

    company: Company
    store: Store
    floor: Floor
    floor_store: FloorStore
    callbacks: Callbacks


class PutThrough:
    """A `Guest` of the floor."""

    seat: Seat
    """From the first wait on."""

    def __init__(self, call: CallInHand, office: Office) -> None:
        self.log = call.log
        self.caller_number = call.arrival.known.number
        self.emotion = "calm"
        """The caller's, as last heard."""
        self._arrival = call.arrival
        self._dialogue = call.dialogue
        self._dialect = call.dialect
        self._company = office.company
        self._store = office.store
        self._floor = office.floor
        self._floor_store = office.floor_store
        self._callbacks = office.callbacks
        self._host: Host | None = None
        self._customer: CustomerRecord | None = None
        self._ear: CallerEar | None = None
        self._entered = False
        self._waits_since: float | None = None
        """Later by every talk, which was no waiting."""
        self._talks_since: float | None = None
        self._gone = False

    # What the session does with it

    @property
    def with_human(self) -> bool:
        """Whether a human has the caller, so that the assistant is to be silent."""
        return self._ear is not None

    def on_frame(self, frame: Frame) -> None:
        """The caller's, while a human has them."""
        if self._ear is not None:
            self._ear.on_frame(frame)

    async def begin(self, leg: CallLeg, host: Host) -> None:
        """The caller waits from now on."""
        last_agent = None
        self._sit(leg, host)
        try:
            last_agent = await self._floor_store.last_agent(self.caller_number) if self.caller_number else None
        except StoreError as error:
            log.error("caller_not_looked_up", reason=str(error))
        if not self._gone and not self._entered:
            self._entered = True
            self._waits_since = _time() if self._waits_since is None else self._waits_since
            self._floor.enter(self, last_agent=last_agent)

    def _sit(self, leg: CallLeg, host: Host) -> None:
        if self._host is None:
            self._host = host
            self.seat = Seat(leg, host, music=LoopedSound(hold_music()))

    def ends(self, goodbye: Reply) -> None:
        """The assistant takes its leave. Whoever was promised a callback keeps the place."""
        promised = next((done.task for done in goodbye.actions if done.tool == CALLBACK_TOOL), None)
        if promised is not None:
            waited_s = _time() - self._waits_since if self._waits_since is not None else 0.0
            self._callbacks.promised(promised, self, waited_s=waited_s)
        self.leave("callback" if goodbye.handover else "abandoned")

    def leave(self, to: LeftTo) -> None:
        """The caller waits no more, but for something else."""
        if self._entered:
            self._entered = False
            self._floor.leave(self.log.call.id, to)
            self.seat.hear()

    def caller_left(self) -> None:
        """Hung up, wherever the call is."""
        self._gone = True
        self.leave("abandoned")

    # What the floor does with it

    @property
    def wish(self) -> Wish:
        belief = self._dialect.belief
        return Wish(
            skill=self._dialogue.skill,
            dialects=belief.probabilities,
            requested_dialect=belief.requested,
            value=self._company.routing.value_of(self._arrival.known.level),
            emotion=_EMOTION.get(self.emotion, 0.0),
        )

    @property
    def clock_s(self) -> float:
        return self._host.clock_s if self._host else 0.0

    def on_due(self, action: Action) -> None:
        match action:
            case Announce(position, minutes):
                self._say_waiting(lambda: self._dialogue.announce(position, minutes))
            case OfferCallback():
                self._say_waiting(self._dialogue.offer_callback)
            case GiveUp(to):
                self._entered = False
                self.seat.hear()
                self._say(lambda: self._dialogue.nobody_came(to))

    def caller_said(self, heard: Heard) -> Mapping[str, Any]:
        if (understood := heard.understood) is not None:
            self.emotion = understood.emotion
            self._dialect.on_turn(understood.text, heard.languages, understood.asr_confidence)
        return kept(self._dialect.belief)

    async def packet(self, hop: Hop) -> HandoverPacket:
        call = self.log.call
        self._customer = await self._store.customer_by_number(self.caller_number)
        turns, tasks = await self._store.turns(call.id), await self._store.tasks(call_id=call.id)
        earlier = await self._floor_store.earlier_calls(call.caller_number, call.started_at, MOST_EARLIER)
        dialogue = self._dialogue
        return build_packet(
            self._company,
            call,
            assistants_stage(turns, runs=dialogue.runs, actions=dialogue.actions, tasks=tasks),
            at=datetime.now(UTC),
            caller=self._arrival.known,
            wording=summary_wording(),
            customer=self._customer,
            dialect=dialect_finding(self._dialect.belief, call.region_province),
            earlier=[EarlierCall(one.id, one.started_at, outcome=one.outcome or "") for one in earlier],
            hop=hop,
        )

    def assisted(self, agent: Agent) -> AssistedCall:
        zone = ZoneInfo(self._company.profile.timezone)
        answered_at = self.log.call.answered_at or self.log.call.started_at
        return AssistedCall(
            call_id=self.log.call.id,
            agent=agent.id,
            answered_at=answered_at.astimezone(zone),
            caller=self._arrival.known,
            customer=self._customer,
            run=self._dialogue.open_run,
        )

    def on_joined(self, ear: CallerEar) -> None:
        if self._ear is None and self._host is not None:
            self._host.fall_silent()
            self._dialogue.agent_took_over()
            self._talks_since = _time()
        self._ear = ear

    async def pause_recording(self, agent_id: str, paused: bool) -> None:
        if self._host is not None:
            await self._host.recording.by_agent(paused, agent_id, at_s=self.clock_s)

    def on_waiting_again(self, *, lost: bool) -> None:
        self._stops_talking()
        if lost:
            self._say(self._found(self._dialogue.agent_lost))
        else:
            self._dialogue.waits_again()

    def on_agent_left(self) -> None:
        self._stops_talking()
        self._entered = False
        self._say(self._found(self._dialogue.agent_left))

    def _stops_talking(self) -> None:
        self._ear = None
        if self._waits_since is not None and self._talks_since is not None:
            self._waits_since += _time() - self._talks_since
        self._talks_since = None

    def _say(self, find: Callable[[], Awaitable[Reply | None]]) -> None:
        if self._host is not None:
            self._host.say(find)

    def _say_waiting(self, find: Callable[[], Reply]) -> None:
        """Said only if the caller still waits, and was asked nothing meanwhile."""

        async def found() -> Reply | None:
            return find() if self._entered and self._dialogue.waiting and not self.with_human else None

        self._say(found)

    @staticmethod
    def _found(find: Callable[[], Reply]) -> Callable[[], Awaitable[Reply]]:
        async def found() -> Reply:
            return find()

        return found


def _time() -> float:
    return asyncio.get_running_loop().time()
