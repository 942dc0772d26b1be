"""Calls that wait for a person, and who comes first.

Everything is measured in seconds of waiting: a valued customer and an angry one are treated as if they had waited
longer than they have. The head start is bounded and waiting is not, so nobody starves: a call can only be overtaken by
calls that came less than the greatest head start after it.

How calls in the queue meet agents, and how an owner drives all of it: `dialect_router.distributor`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from dialect_router.agents import Agent
from dialect_router.dialects import STANDARD, dialects

Kind = Literal["voice", "callback", "dial"]
"""voice: on the line; callback: hung up and keeps the place, to be rung when the turn comes; dial: an agent calls
somebody, so that it is for this agent alone."""

MOST_WAITING: Final = 2_000
"""Beyond this many the queue takes no more: somebody is ringing in a loop."""


@dataclass(frozen=True, slots=True)
class WaitingCall:
    """One call in the queue. Raises ValueError for a value or emotion out of range and for unknown dialects."""

    call_id: str
    entered_at: float
    skill: str = ""
    """What the agent must be able to settle; empty: anybody can."""
    dialects: Mapping[str, float] = field(default_factory=lambda: {STANDARD: 1.0})
    """The belief: tag -> probability."""
    requested_dialect: str | None = None
    """Asked for by the caller; counts instead of the belief."""
    language: str = STANDARD
    """Of the conversation; agents without it are not offered the call. Chinese dialects belong into `dialects`."""
    value: float = 0.2
    """Of the customer, 0..1."""
    emotion: float = 0.0
    """0 calm .. 1 angry."""
    last_agent: str | None = None
    """Who had this customer last."""
    kind: Kind = "voice"
    max_wait_s: float | None = None
    """Instead of the company's longest wait; None: the company's."""
    overflow_teams: frozenset[str] = frozenset()
    """Teams that help out whatever their skills."""
    passed_over: frozenset[str] = frozenset()
    """Agents who were offered the call and did not take it."""

    def __post_init__(self) -> None:
        if not (0 <= self.value <= 1 and 0 <= self.emotion <= 1):
            raise ValueError(
                f"call {self.call_id!r}: value and emotion must be 0..1, not {self.value} and {self.emotion}"
            )
        unknown = {*self.dialects, self.requested_dialect or STANDARD} - dialects().keys()
        if unknown:
            raise ValueError(f"call {self.call_id!r}: no such dialects: {sorted(unknown)}; see dialects.csv")

    def waited_s(self, at: float) -> float:
        return max(0.0, at - self.entered_at)

    def may_go_to(self, agent: Agent) -> bool:
        """Whether the agent can settle it at all, however well."""
        skilled = not self.skill or self.skill in agent.skills or agent.team in self.overflow_teams
        return skilled and self.language in agent.languages


@dataclass(frozen=True, slots=True)
class HeadStart:
    """By how many seconds of waiting a call is put ahead."""

    value_s: float = 120.0
    """For a customer of value 1; proportional below."""
    emotion_s: float = 60.0
    """For an angry caller; proportional below."""

    def __post_init__(self) -> None:
        if min(self.value_s, self.emotion_s) < 0:
            raise ValueError(f"head start: seconds must not be below 0: {self}")

    @property
    def most_s(self) -> float:
        """The greatest there is."""
        return self.value_s + self.emotion_s

    def priority_s(self, call: WaitingCall, at: float) -> float:
        """Time waited and head start. The highest is the next."""
        return call.waited_s(at) + self.value_s * call.value + self.emotion_s * call.emotion

    def ordered(self, calls: Iterable[WaitingCall], at: float) -> Sequence[WaitingCall]:
        """By priority, the next one first; who came first where it is the same."""
        return sorted(calls, key=lambda call: (-self.priority_s(call, at), call.entered_at, call.call_id))


class QueueFull(RuntimeError):
    """As many calls wait as ever may."""


class WaitingQueue:
    """The calls that wait, whatever they wait for. One for all skills: who takes which is the assignment's business."""

    def __init__(self, head_start: HeadStart | None = None, *, most_waiting: int = MOST_WAITING) -> None:
        self.head_start = head_start or HeadStart()
        self._most_waiting = most_waiting
        self._calls: dict[str, WaitingCall] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def __contains__(self, call_id: object) -> bool:
        return call_id in self._calls

    def get(self, call_id: str) -> WaitingCall | None:
        return self._calls.get(call_id)

    def join(self, call: WaitingCall) -> None:
        """A call begins to wait. One that comes back brings its old `entered_at`. Raises QueueFull."""
        if call.call_id in self._calls:
            raise ValueError(f"call {call.call_id!r} is in the queue already; use update")
        if len(self._calls) >= self._most_waiting:
            raise QueueFull(f"{self._most_waiting} calls wait already")
        self._calls[call.call_id] = call

    def update(self, call: WaitingCall) -> None:
        """More is known of a call in the queue (dialect, emotion, who passed it over). It keeps its time of entry."""
        known = self._calls[call.call_id]
        self._calls[call.call_id] = replace(call, entered_at=known.entered_at)

    def leave(self, call_id: str) -> WaitingCall | None:
        """Put through, hung up or sent elsewhere; None for a call that is not here (any more)."""
        return self._calls.pop(call_id, None)

    def ordered(self, at: float) -> Sequence[WaitingCall]:
        """By priority, the next one first."""
        return self.head_start.ordered(self._calls.values(), at)
