"""A caller who waits for a human, as the floor sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from dialect_router.agents import Agent
from dialect_router.queue_rules import Action
from telephony.audio import Frame
from telephony.seat import Seat
from voicebot.assist.packet import HandoverPacket, Hop
from voicebot.assist.prompts import AssistedCall
from voicebot.call.log import CallLog
from voicebot.hearing.recognition import Heard


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller needs a human for."""

    skill: str
    dialects: Mapping[str, float]
    """The belief: tag -> probability."""
    requested_dialect: str | None = None
    value: float = 0.2
    emotion: float = 0.0


class CallerEar(Protocol):
    """Hears the caller while an agent has the call."""

    def on_frame(self, frame: Frame) -> None: ...


class Guest(Protocol):
    """A call in the queue or with an agent; the assistant's session behind it. Its methods are called on the loop and
    do not block."""

    seat: Seat
    log: CallLog
    caller_number: str
    """E.164; "" when withheld."""

    @property
    def wish(self) -> Wish:
        """As far as known by now."""

    @property
    def clock_s(self) -> float:
        """Seconds since the answer."""

    def on_due(self, action: Action) -> None:
        """Something is to be said while waiting, or waiting is over without an agent."""

    def caller_said(self, heard: Heard) -> Mapping[str, Any]:
        """The caller said something to a human: it tells of mood and dialect. Returns what is believed of the dialect
        after it, as a turn keeps it."""

    async def packet(self, hop: Hop) -> HandoverPacket:
        """Everything known so far, for the agent who is going to be rung. May raise StoreError."""

    def assisted(self, agent: Agent) -> AssistedCall:
        """What live prompts need to know of the call."""

    def on_joined(self, ear: CallerEar) -> None:
        """A human has the caller from now on; `ear` is to be given every frame of the caller's."""

    def on_waiting_again(self, *, lost: bool) -> None:
        """No human has the caller now, and the next one is sought. lost: because a line broke."""

    async def pause_recording(self, agent_id: str, paused: bool) -> None:
        """Nothing of what is said is kept, until this is called again or the assistant speaks."""

    def on_agent_left(self) -> None:
        """The human has hung up: the call is to end."""
