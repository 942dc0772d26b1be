"""What an agent's desk shows as it happens: presence, the call that rings, prompts, the wrap-up. Live events over MQTT.

Each agent has a topic of their own, voicebot/NODE/agents/AGENT/NAME. They are told at most once: what has to be kept
is in the store under the same ids. The latest presence, phone and line are retained by the broker, for desks that open
later; an empty message takes them back when the agent has left the company.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import TypeAdapter, ValidationError

from voicebot.events import EventError


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    agent_id: str
    at: datetime
    presence: str
    cause: str
    name: str = ""
    team: str = ""
    calls: tuple[str, ...] = ()
    """Being talked on."""
    ringing: str | None = None
    """The call that is being offered."""
    until: datetime | None = None
    """When ringing, wrap-up or break is over."""


@dataclass(frozen=True, slots=True)
class PhoneLine:
    """The connection of somebody's phone in a browser, which rings instead of any other; empty: there is none."""

    agent_id: str
    at: datetime
    line: str


@dataclass(frozen=True, slots=True)
class Ringing:
    """A call is being offered: who calls, what about, and why it comes here."""

    agent_id: str
    at: datetime
    call_id: str
    packet: Mapping[str, Any]
    """A `assist.packet.HandoverPacket` as JSON."""
    whisper: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Joined:
    """The caller is on the line."""

    agent_id: str
    at: datetime
    call_id: str


@dataclass(frozen=True, slots=True)
class PromptShown:
    """A live prompt; `voicebot agents prompt ID --helped` or the desk says whether it helped."""

    agent_id: str
    at: datetime
    call_id: str
    prompt_id: str
    kind: str
    text: str
    source: str
    at_s: float
    """End of the words that it answers, in seconds since the answer."""
    latency_ms: int | None = None
    """From there until now; None where it answers no words."""


@dataclass(frozen=True, slots=True)
class PacketGrew:
    """More is known of the caller, with whom the agent talks already: a colleague who knew it has left."""

    agent_id: str
    at: datetime
    call_id: str
    packet: Mapping[str, Any]
    """As in `Ringing`."""


Consulting = Literal["", "ringing", "talking", "conference", "asked", "invited"]
"""ringing, talking, conference: a colleague's phone rings, they are on the line, the caller hears them as well. asked,
invited: the last two for the colleague, to whom the call does not belong."""


@dataclass(frozen=True, slots=True)
class LineStood:
    """What the agent's buttons have done to the call, and what has become of it since: told from the first word on, and
    after each change, whoever made it."""

    agent_id: str
    at: datetime
    call_id: str
    held: bool = False
    muted: bool = False
    consulting: Consulting = ""
    colleague: str = ""
    """Agent id of the other one."""


StepState = Literal["known", "asked", "open"]
"""asked: it has just been; open: still to be asked, or done."""


@dataclass(frozen=True, slots=True)
class ProcedureStood:
    """The company's procedure for what the caller wants, and where it stands by all that was said so far."""

    agent_id: str
    at: datetime
    call_id: str
    flow: str
    steps: tuple[tuple[str, StepState, str], ...]
    """Slot, its state and, where known, its value for people to read; the last one is `action`: to carry it out."""


@dataclass(frozen=True, slots=True)
class WrapUpSuggested:
    """How the call could be closed; it is closed so unless the agent says otherwise in the wrap-up time."""

    agent_id: str
    at: datetime
    call_id: str
    disposition: str
    title: str
    reason: str
    summary: str
    alternatives: tuple[tuple[str, str], ...] = ()
    """Code and title of others that fit."""
    follow_ups: tuple[str, ...] = ()
    """Tasks that its promises have become."""


@dataclass(frozen=True, slots=True)
class Left:
    """The agent is no longer in the call."""

    agent_id: str
    at: datetime
    call_id: str
    fate: str


SupervisionState = Literal["ringing", "listen", "whisper", "barge", "over"]


@dataclass(frozen=True, slots=True)
class Supervising:
    """What a supervisor's phone does in a call of somebody else's."""

    agent_id: str
    """Whose phone it is."""
    at: datetime
    call_id: str
    state: SupervisionState
    reason: str = ""
    """Why it is over, where that was not wanted."""


@dataclass(frozen=True, slots=True)
class Unlisted:
    """The agent is not in agents.csv any more. Published as empty messages, with which a broker forgets what it
    retained (MQTT 3.1.1, 3.3.1.3)."""

    agent_id: str


AgentEvent = (
    PresenceChanged
    | PhoneLine
    | Unlisted
    | Ringing
    | Joined
    | PacketGrew
    | LineStood
    | PromptShown
    | ProcedureStood
    | WrapUpSuggested
    | Left
    | Supervising
)

NAMES: Final[Mapping[type[Any], str]] = {
    PresenceChanged: "presence",
    PhoneLine: "phone",
    Ringing: "ringing",
    Joined: "joined",
    PacketGrew: "packet",
    LineStood: "line",
    PromptShown: "prompt",
    ProcedureStood: "procedure",
    WrapUpSuggested: "wrap_up",
    Left: "left",
    Supervising: "supervising",
}
RETAINED: Final = (PresenceChanged, PhoneLine, LineStood)
_FORGOTTEN: Final = frozenset(NAMES[kind] for kind in RETAINED)
_ADAPTERS: Final[Mapping[str, TypeAdapter[AgentEvent]]] = {name: TypeAdapter(kind) for kind, name in NAMES.items()}


def agent_topics(event: AgentEvent, node: str) -> tuple[str, ...]:
    """Where it is published: one topic, or all that the broker forgets."""
    kinds = RETAINED if isinstance(event, Unlisted) else (type(event),)
    return tuple(f"voicebot/{node}/agents/{event.agent_id}/{NAMES[kind]}" for kind in kinds)


def agent_to_json(event: AgentEvent) -> str:
    """Empty for Unlisted."""
    return "" if isinstance(event, Unlisted) else _ADAPTERS[NAMES[type(event)]].dump_json(event).decode()


def agent_from_json(topic: str, payload: str | bytes) -> AgentEvent:
    """The event that was published on `topic`. Raises EventError for anything else."""
    levels = topic.split("/")
    if len(levels) != 5 or (levels[0], levels[2]) != ("voicebot", "agents") or levels[4] not in _ADAPTERS:
        raise EventError(f"no agent's event is published on {topic[:200]!r}")
    if not payload and levels[4] in _FORGOTTEN:
        return Unlisted(levels[3])
    try:
        event = _ADAPTERS[levels[4]].validate_json(payload)
    except ValidationError as error:
        raise EventError(f"{topic}: {error.error_count()} fields are wrong: {error.errors()[0]['loc']}") from error
    if event.agent_id != levels[3]:
        raise EventError(f"{topic}: the event is about another agent, {event.agent_id[:80]!r}")
    return event
