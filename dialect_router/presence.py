"""Who is at the desk and what they are doing. No I/O and no clock: fed with events and times, it returns what changed.

    offline ──ready──> ready ──offered──> ringing ──answered──> talking ──ended──> wrap_up ──time──> ready
       ^                 │  ^                │
       └─────offline─────┤  └── declined, ───┤
                         │      withdrawn    │
                       break <───────────────┘ missed or declined too often in a row

Who asks for a break or signs off in mid-call gets it after the call and its wrap-up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from dialect_router.agents import Agent


class Presence(StrEnum):
    """What an agent is doing."""

    OFFLINE = "offline"
    READY = "ready"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    BREAK = "break"


WORKING: Final = frozenset({Presence.READY, Presence.RINGING, Presence.TALKING, Presence.WRAP_UP})
"""There for callers, now or shortly."""
BUSY: Final = frozenset({Presence.TALKING, Presence.WRAP_UP})


class Cause(StrEnum):
    """Why a presence changed."""

    AGENT = "agent"
    """The agent said so."""
    OFFERED = "offered"
    ANSWERED = "answered"
    MISSED = "missed"
    """Rang until the time was up."""
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    """The caller hung up, or the call went elsewhere, while it rang."""
    ENDED = "ended"
    WRAP_UP_OVER = "wrap_up_over"
    BREAK_OVERDUE = "break_overdue"
    """Nothing changes but that a supervisor should know."""
    ROSTER = "roster"
    """The list of agents was read again."""


@dataclass(frozen=True, slots=True)
class PresenceConfig:
    """Timers, in seconds."""

    ring_s: float = 15.0
    """A call that nobody picks up in this time is offered to the next; four rings."""
    wrap_up_s: float = 30.0
    """Time for notes after a call, unless the agent is ready earlier; 0: none."""
    break_s: float = 900.0
    """A longer break is reported once; nobody is made ready who is not there."""
    misses_to_break: int = 2
    """Calls missed in a row after which the agent counts as away."""

    def __post_init__(self) -> None:
        if self.ring_s <= 0 or self.wrap_up_s < 0 or self.break_s <= 0 or self.misses_to_break < 1:
            raise ValueError(
                f"presence: ring_s, break_s and misses_to_break must be above 0, wrap_up_s not below: {self}"
            )


@dataclass(frozen=True, slots=True)
class AgentState:
    """One agent at one moment."""

    agent: Agent
    presence: Presence
    since: float
    """When this presence began."""
    calls: tuple[str, ...] = ()
    """Being talked on."""
    ringing: str | None = None
    """The call being offered; beside a conversation where the agent's capacity allows."""
    until: float | None = None
    """When the ringing, the wrap-up or the break has lasted long enough."""
    next: Presence = Presence.OFFLINE
    """What the agent is to be when the calls are over: ready, on a break or offline."""
    busy_s: float = 0.0
    """Talking and wrap-up of this day, up to `since`."""
    working_s: float = 0.0
    """Time at the desk without breaks, up to `since`."""
    answered: int = 0
    missed_in_a_row: int = 0

    @property
    def agent_id(self) -> str:
        return self.agent.id

    @property
    def free(self) -> bool:
        """Whether a call can be offered now. Nobody's phone rings for two calls at once."""
        if self.ringing is not None or self.next is not Presence.READY:
            return False
        talks_beside = self.presence is Presence.TALKING and len(self.calls) < self.agent.capacity
        return self.presence is Presence.READY or talks_beside

    @property
    def working(self) -> bool:
        """At the desk: free, or free in a while."""
        return self.presence in WORKING and self.next is Presence.READY

    def occupancy(self, at: float) -> float:
        """Share of the time at the desk that went into calls and wrap-up, 0..1; 0 for one who has just come."""
        elapsed = max(0.0, at - self.since)
        working = self.working_s + (elapsed if self.presence in WORKING else 0.0)
        busy = self.busy_s + (elapsed if self.presence in BUSY else 0.0)
        return busy / working if working > 0 else 0.0


@dataclass(frozen=True, slots=True)
class PresenceChange:
    """For the agent's desk, the events, and whoever offers calls."""

    at: float
    before: Presence
    """As `after.presence` where only the plan for afterwards or one of several calls changed."""
    after: AgentState
    cause: Cause
    given_back: str | None = None
    """The call that rang here and has to be offered to someone else."""


class UnknownAgent(LookupError):
    """No such agent in the roster."""


class NotFree(RuntimeError):
    """A call was offered to an agent who cannot take one now."""


class PresenceBoard:
    """All agents' presence. Events that come too late (an answer after the ring timed out) change nothing: None.

    at: seconds of any one clock that does not run backwards.
    """

    def __init__(self, agents: Iterable[Agent], at: float, config: PresenceConfig | None = None) -> None:
        self.config = config or PresenceConfig()
        self._states = {agent.id: AgentState(agent, Presence.OFFLINE, at) for agent in agents}
        self._dismissed: set[str] = set()  # no longer on the list, still in a call

    @property
    def states(self) -> Mapping[str, AgentState]:
        """Agent id -> state."""
        return MappingProxyType(self._states)

    def state(self, agent_id: str) -> AgentState:
        if agent_id not in self._states:
            raise UnknownAgent(f"there is no agent {agent_id!r}; add a row to the list of agents")
        return self._states[agent_id]

    def next_deadline(self) -> float | None:
        """When `on_time` has something to do next."""
        return min((state.until for state in self._states.values() if state.until is not None), default=None)

    def on_ready(self, agent_id: str, at: float) -> PresenceChange | None:
        """Signed in, back from a break, or done with the notes."""
        state = self.state(agent_id)
        if agent_id in self._dismissed:
            return None
        ready = replace(state, next=Presence.READY, missed_in_a_row=0)
        if ready == state and state.presence is not Presence.WRAP_UP:
            return None
        return self._settle(ready, at, Cause.AGENT)

    def on_break(self, agent_id: str, at: float) -> PresenceChange | None:
        """Wants a break: now, or after the call. A call that rings is given back."""
        return self._leave(agent_id, Presence.BREAK, at, Cause.AGENT)

    def on_offline(self, agent_id: str, at: float) -> PresenceChange | None:
        """Signed off, or the phone is gone: now, or after the call. A call that rings is given back."""
        return self._leave(agent_id, Presence.OFFLINE, at, Cause.AGENT)

    def on_offered(self, agent_id: str, call_id: str, at: float) -> PresenceChange:
        """The agent's phone rings. Raises NotFree when this agent cannot take a call now."""
        state = self.state(agent_id)
        if not state.free:
            raise NotFree(f"agent {agent_id!r} is {state.presence} and cannot be offered call {call_id!r}")
        ringing = replace(state, ringing=call_id, until=at + self.config.ring_s)
        return self._settle(ringing, at, Cause.OFFERED)

    def on_answered(self, agent_id: str, call_id: str, at: float) -> PresenceChange | None:
        """The agent picked up."""
        state = self.state(agent_id)
        if state.ringing != call_id:
            return None
        calls, answered = (*state.calls, call_id), state.answered + 1
        talking = replace(state, ringing=None, until=None, calls=calls, answered=answered, missed_in_a_row=0)
        return self._settle(talking, at, Cause.ANSWERED)

    def on_not_taken(self, agent_id: str, call_id: str, at: float, cause: Cause) -> PresenceChange | None:
        """The agent's phone refused the call or could not be reached (DECLINED), or rang out (MISSED)."""
        state = self.state(agent_id)
        return self._missed(state, at, cause) if state.ringing == call_id else None

    def on_withdrawn(self, agent_id: str, call_id: str, at: float) -> PresenceChange | None:
        """The call went away while it rang; nobody's fault, and nothing to offer again."""
        state = self.state(agent_id)
        if state.ringing != call_id:
            return None
        return self._settle(replace(state, ringing=None, until=None), at, Cause.WITHDRAWN)

    def on_ended(self, agent_id: str, call_id: str, at: float) -> PresenceChange | None:
        """A conversation is over. The notes come after the last of several."""
        state = self.state(agent_id)
        if call_id not in state.calls:
            return None
        left = replace(state, calls=tuple(call for call in state.calls if call != call_id))
        if left.calls or left.ringing or self.config.wrap_up_s == 0:
            return self._settle(left, at, Cause.ENDED)
        return self._move(replace(left, until=at + self.config.wrap_up_s), Presence.WRAP_UP, at, Cause.ENDED)

    def on_time(self, at: float) -> Sequence[PresenceChange]:
        """What has run out by now, each at its own time, oldest first."""
        changes: list[PresenceChange] = []
        while (deadline := self.next_deadline()) is not None and deadline <= at:
            due = next(state for state in self._states.values() if state.until == deadline)
            changes.append(self._ran_out(due, deadline))
        return changes

    def on_agents_changed(self, agents: Iterable[Agent], at: float) -> Sequence[PresenceChange]:
        """The list of agents was read again. New ones are offline; who is no longer on it finishes the call first."""
        listed = {agent.id: agent for agent in agents}
        for agent in listed.values():
            known = self._states.get(agent.id)
            self._states[agent.id] = replace(known, agent=agent) if known else AgentState(agent, Presence.OFFLINE, at)
        self._dismissed = self._states.keys() - listed.keys()
        left = [self._leave(agent_id, Presence.OFFLINE, at, Cause.ROSTER) for agent_id in sorted(self._dismissed)]
        self._forget_dismissed()
        return [change for change in left if change is not None]

    def on_new_day(self, at: float) -> None:
        """Occupancy and counts begin anew."""
        for agent_id, state in self._states.items():
            counted = _counted(state, at)
            self._states[agent_id] = replace(counted, busy_s=0.0, working_s=0.0, answered=0)

    def _leave(self, agent_id: str, wish: Presence, at: float, cause: Cause) -> PresenceChange | None:
        state = self.state(agent_id)
        if state.next is wish and state.ringing is None and (state.presence is wish or state.calls):
            return None
        return self._settle(replace(state, next=wish, ringing=None, until=None), at, cause, given_back=state.ringing)

    def _missed(self, state: AgentState, at: float, cause: Cause) -> PresenceChange:
        missed = state.missed_in_a_row + 1
        away = missed >= self.config.misses_to_break
        after = replace(
            state,
            ringing=None,
            until=None,
            missed_in_a_row=0 if away else missed,
            next=Presence.BREAK if away else state.next,
        )
        return self._settle(after, at, cause, given_back=state.ringing)

    def _ran_out(self, state: AgentState, at: float) -> PresenceChange:
        if state.ringing is not None:
            return self._missed(state, at, Cause.MISSED)
        if state.presence is Presence.WRAP_UP:
            return self._settle(state, at, Cause.WRAP_UP_OVER)
        return self._move(replace(state, until=None), state.presence, at, Cause.BREAK_OVERDUE)

    def _settle(self, state: AgentState, at: float, cause: Cause, *, given_back: str | None = None) -> PresenceChange:
        """Into the presence that follows from the calls and, without any, from what the agent wants."""
        if state.calls:
            return self._move(state, Presence.TALKING, at, cause, given_back)
        if state.ringing:
            return self._move(state, Presence.RINGING, at, cause, given_back)
        until = at + self.config.break_s if state.next is Presence.BREAK else None
        return self._move(replace(state, until=until), state.next, at, cause, given_back)

    def _move(
        self, state: AgentState, presence: Presence, at: float, cause: Cause, given_back: str | None = None
    ) -> PresenceChange:
        before = state.presence
        after = state if presence is before else replace(_counted(state, at), presence=presence)
        self._states[state.agent.id] = after
        self._forget_dismissed()
        return PresenceChange(at, before, after, cause, given_back)

    def _forget_dismissed(self) -> None:
        for agent_id in [one for one in self._dismissed if self._states[one].presence is Presence.OFFLINE]:
            self._dismissed.discard(agent_id)
            del self._states[agent_id]


def _counted(state: AgentState, at: float) -> AgentState:
    """With the time since `since` added to the day's sums."""
    elapsed = max(0.0, at - state.since)
    return replace(
        state,
        since=at,
        working_s=state.working_s + (elapsed if state.presence in WORKING else 0.0),
        busy_s=state.busy_s + (elapsed if state.presence in BUSY else 0.0),
    )
