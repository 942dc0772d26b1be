"""Shadow mode: what another policy would have done, on the state the live one met. It is written down, never acted on.

Each tick is judged by itself. The shadow meets the waits and the busy agents that the live policy left it, so its own
course of a day can differ from the sum of what is recorded; for that there is a simulation (`voicebot bench routing`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dialect_router.assignment import Assignment
from dialect_router.presence import AgentState
from dialect_router.queue import WaitingCall

Policy = Callable[[Sequence[WaitingCall], Sequence[AgentState], float], Sequence[Assignment]]
"""Waiting calls, all agents' states and the time -> decisions; `functools.partial(assign, policy=...)` is one."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A call on which the two did not agree. None: went on waiting."""

    call_id: str
    live: Assignment | None
    shadow: Assignment | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One tick."""

    at: float
    agreed: int
    """Calls that both gave to the same agent."""
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """All ticks so far."""

    ticks: int = 0
    agreed: int = 0
    other_agent: int = 0
    only_live: int = 0
    """The shadow would have held the call, or served others first."""
    only_shadow: int = 0

    @property
    def agreement(self) -> float:
        """Share of the decisions on which both agree; 1 before there were any."""
        decisions = self.agreed + self.other_agent + self.only_live + self.only_shadow
        return self.agreed / decisions if decisions else 1.0

    def plus(self, comparison: Comparison) -> "Tally":
        differences = comparison.differences
        return Tally(
            ticks=self.ticks + 1,
            agreed=self.agreed + comparison.agreed,
            other_agent=self.other_agent + sum(bool(each.live and each.shadow) for each in differences),
            only_live=self.only_live + sum(each.shadow is None for each in differences),
            only_shadow=self.only_shadow + sum(each.live is None for each in differences),
        )


def compare(
    policy: Policy,
    waiting: Sequence[WaitingCall],
    states: Sequence[AgentState],
    at: float,
    live: Sequence[Assignment],
) -> Comparison:
    """Let `policy` decide on the same state. live: what the live policy decided on it."""
    lived = {each.call_id: each for each in live}
    shadowed = {each.call_id: each for each in policy(waiting, states, at)}
    pairs = {call_id: (lived.get(call_id), shadowed.get(call_id)) for call_id in dict.fromkeys([*lived, *shadowed])}
    same = {call_id for call_id, (one, two) in pairs.items() if one and two and one.agent_id == two.agent_id}
    differences = (Difference(call_id, *pair) for call_id, pair in pairs.items() if call_id not in same)
    return Comparison(at, len(same), tuple(differences))
