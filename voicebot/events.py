"""What happens in calls, as typed events: the form in which processes tell each other, as JSON over MQTT.

An event carries what a console line needs, not everything: the rest is in the store under the same ids. Events
are committed with what they tell about and none is lost; live events are worth something only now and may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError


class EventError(Exception):
    """A message is not a valid event."""


@dataclass(frozen=True, slots=True)
class CallStarted:
    call_id: str
    at: datetime
    direction: str
    caller_number: str
    called_number: str
    caller_label: str = ""
    region_province: str | None = None
    region_city: str | None = None
    dialect_prior: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallAnswered:
    call_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TurnFinished:
    """A turn as it was committed to the store."""

    call_id: str
    at: datetime
    seq: int
    role: str
    text: str
    language: str | None = None
    intent: str | None = None
    intent_confidence: float | None = None
    emotion: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)
    dialects: Mapping[str, float] = field(default_factory=dict)
    """What a caller probably speaks, judged by everything heard so far: the likeliest tags, highest first."""
    requested_dialect: str | None = None
    """The tag that the caller has asked for; it counts instead."""
    dialect_reasons: tuple[str, ...] = ()
    """In Chinese."""
    started_ms: int | None = None
    """From the answer of the call."""
    kept: bool = True
    """Whether its words are: not those that were said while the recording was paused."""


@dataclass(frozen=True, slots=True)
class ReplyStarted:
    """The first sample of a reply was sent."""

    call_id: str
    at: datetime
    seq: int
    text: str
    latency_ms: int | None = None


@dataclass(frozen=True, slots=True)
class CallEnded:
    call_id: str
    at: datetime
    outcome: str
    end_reason: str
    duration_s: float
    recording_path: str | None = None


@dataclass(frozen=True, slots=True)
class RecordingPaused:
    """From here on the recording is silent."""

    call_id: str
    at: datetime
    by: str
    """ "flow", or the agent's id."""
    at_ms: int
    """Since the answer."""


@dataclass(frozen=True, slots=True)
class RecordingResumed:
    call_id: str
    at: datetime
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class TaskCreated:
    call_id: str
    at: datetime
    task_id: str
    kind: str
    summary: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CallQueued:
    """The caller waits for a human from now on."""

    call_id: str
    at: datetime
    skill: str
    dialects: Mapping[str, float] = field(default_factory=dict)
    """The belief, or the dialect that was asked for."""
    value: float = 0.0
    emotion: float = 0.0


@dataclass(frozen=True, slots=True)
class CallOffered:
    """An agent's phone rings for the call."""

    call_id: str
    at: datetime
    agent_id: str
    waited_s: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OfferEnded:
    """It rings, whispers or talks no more. fate: see `store.floor_records.Fate`."""

    call_id: str
    at: datetime
    agent_id: str
    fate: str


@dataclass(frozen=True, slots=True)
class AgentJoined:
    """Caller and agent hear each other."""

    call_id: str
    at: datetime
    agent_id: str
    waited_s: float


@dataclass(frozen=True, slots=True)
class PassedOutside:
    """An agent passed the caller on to a number outside. outcome: answered, or why the caller waits again."""

    call_id: str
    at: datetime
    agent_id: str
    number: str
    """Masked."""
    outcome: str


@dataclass(frozen=True, slots=True)
class QueueLeft:
    """Waiting is over. to: agent, callback, voicemail, or abandoned."""

    call_id: str
    at: datetime
    to: str
    waited_s: float


@dataclass(frozen=True, slots=True)
class CallScored:
    """A call that has ended was scored. total: 0..100, None where it has none."""

    call_id: str
    at: datetime
    scorecard: str
    total: float | None = None
    fatal: tuple[str, ...] = ()
    """Fatal items that failed."""
    for_a_person: tuple[str, ...] = ()
    """Items that a person has to decide."""


@dataclass(frozen=True, slots=True)
class PartialTranscript:
    """What somebody who is speaking has said so far; each one replaces the one before."""

    call_id: str
    utterance: int
    """Counts this party's utterances: the caller's in the call, an agent's since they joined it."""
    stable: str
    """The beginning, which will not change any more in this utterance."""
    unstable: str
    """What follows it as it sounds now."""
    at_s: float
    """Up to when, in seconds since the answer."""
    role: str = "caller"
    """Or "agent"."""


Event = (
    CallStarted
    | CallAnswered
    | TurnFinished
    | ReplyStarted
    | CallQueued
    | CallOffered
    | OfferEnded
    | AgentJoined
    | PassedOutside
    | QueueLeft
    | RecordingPaused
    | RecordingResumed
    | CallEnded
    | TaskCreated
    | CallScored
)
LiveEvent = PartialTranscript

NAMES: Final[Mapping[type[Event], str]] = {
    CallStarted: "call_started",
    CallAnswered: "call_answered",
    TurnFinished: "turn_finished",
    ReplyStarted: "reply_started",
    CallQueued: "call_queued",
    CallOffered: "call_offered",
    OfferEnded: "offer_ended",
    AgentJoined: "agent_joined",
    PassedOutside: "passed_outside",
    QueueLeft: "queue_left",
    CallEnded: "call_ended",
    RecordingPaused: "recording_paused",
    RecordingResumed: "recording_resumed",
    TaskCreated: "task_created",
    CallScored: "call_scored",
}
LIVE_NAMES: Final[Mapping[type[LiveEvent], str]] = {PartialTranscript: "partial_transcript"}
_ADAPTERS: Final[Mapping[str, TypeAdapter[Event]]] = {name: TypeAdapter(kind) for kind, name in NAMES.items()}
_LIVE_ADAPTERS: Final[Mapping[str, TypeAdapter[LiveEvent]]] = {
    name: TypeAdapter(kind) for kind, name in LIVE_NAMES.items()
}
AnyEvent = TypeVar("AnyEvent", Event, LiveEvent)


def topic(event: Event, node: str) -> str:
    return f"voicebot/{node}/calls/{event.call_id}/{NAMES[type(event)]}"


def live_topic(event: LiveEvent, node: str) -> str:
    """Apart from the others, so that only who asks for live events gets their many."""
    return f"voicebot/{node}/live/{event.call_id}/{LIVE_NAMES[type(event)]}"


def to_json(event: Event) -> str:
    return _ADAPTERS[NAMES[type(event)]].dump_json(event).decode()


def live_to_json(event: LiveEvent) -> str:
    return _LIVE_ADAPTERS[LIVE_NAMES[type(event)]].dump_json(event).decode()


def from_json(topic: str, payload: str | bytes) -> Event:
    """The event that was published on `topic`. Raises EventError for anything else."""
    return _parsed(topic, payload, "calls", _ADAPTERS)


def live_from_json(topic: str, payload: str | bytes) -> LiveEvent:
    """The live event that was published on `topic`. Raises EventError for anything else."""
    return _parsed(topic, payload, "live", _LIVE_ADAPTERS)


def _parsed(topic: str, payload: str | bytes, branch: str, adapters: Mapping[str, TypeAdapter[AnyEvent]]) -> AnyEvent:
    levels = topic.split("/")
    if len(levels) != 5 or (levels[0], levels[2]) != ("voicebot", branch) or levels[4] not in adapters:
        raise EventError(f"no event is published on {topic[:200]!r}")
    try:
        event = adapters[levels[4]].validate_json(payload)
    except ValidationError as error:
        raise EventError(f"{topic}: {error.error_count()} fields are wrong: {error.errors()[0]['loc']}") from error
    if event.call_id != levels[3]:
        raise EventError(f"{topic}: the event is about another call, {event.call_id[:80]!r}")
    return event
