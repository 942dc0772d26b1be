"""Rows of the floor's tables as the rest of the system sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Fate = Literal[
    "talked",
    "transferred",
    "missed",
    "declined",
    "unreachable",
    "withdrawn",
    "left_in_whisper",
    "lost",
    "caller_left",
    "not_reached",
]
"""talked: to the end of the call; transferred: passed the caller on; missed: nobody picked up; declined: refused it;
unreachable: no phone to ring; withdrawn: it was taken back while it rang; left_in_whisper: hung up before the caller
was put through; lost: the line broke in mid-call; caller_left: the caller hung up during the whisper; not_reached: whom
the agent was to talk to was called, and did not come to the line."""
LeftTo = Literal["agent", "callback", "voicemail", "abandoned"]


@dataclass(frozen=True, slots=True)
class OfferRecord:
    """One decision of the routing: this agent for this call, why, who else might have had it, and what came of it."""

    id: str
    call_id: str
    agent_id: str
    skill: str
    dialect: str
    """The caller's, as believed or asked for."""
    dialect_matched: bool
    """Whether the agent speaks it."""
    offered_at: datetime
    waited_s: float
    reasons: tuple[str, ...] = ()
    price: Mapping[str, float] = field(default_factory=dict)
    """What the decision cost, in seconds of waiting, by part."""
    alternatives: tuple[Mapping[str, Any], ...] = ()
    """The next best agents, each with `agent_id` and `price`."""
    whisper: str = ""
    """What the agent was told before the caller was put through."""
    answered_at: datetime | None = None
    joined_at: datetime | None = None
    ended_at: datetime | None = None
    fate: str | None = None
    """A `Fate`; None while it rings or they talk."""


@dataclass(frozen=True, slots=True)
class QueueVisit:
    """One wait for a human."""

    id: str
    call_id: str
    skill: str
    dialects: Mapping[str, float]
    requested_dialect: str | None
    value: float
    emotion: float
    entered_at: datetime
    left_at: datetime | None = None
    left_to: str | None = None
    """A `LeftTo`; None while waiting."""


@dataclass(frozen=True, slots=True)
class PromptRecord:
    """A live prompt that an agent was shown."""

    id: str
    call_id: str
    agent_id: str
    at_ms: int
    """From the answer of the call."""
    kind: str
    text: str
    source: str
    score: float
    helped: bool | None = None
    """Accepted or dismissed; None: neither."""


@dataclass(frozen=True, slots=True)
class WrapUpRecord:
    """How an agent closed a call; until confirmed, how it was suggested."""

    call_id: str
    agent_id: str
    at: datetime
    disposition: str
    title: str
    reason: str
    summary: str
    note: str = ""
    confirmed: bool = False
