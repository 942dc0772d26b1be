"""Who takes which call: one optimisation over all waiting calls and all free agents, at every tick.

As many callers as possible are served; which of them and by whom is what gives the most seconds of waiting saved
(`queue.HeadStart`) less the prices of the pairs (`pairs.Prices`). Pairs outside a call's step (`relaxation`) are not
made: the call is held for agents who are busy now. Nothing happens here; the owner offers the calls.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from dialect_router.assignment_reasons import explain
from dialect_router.holding import Floats
from dialect_router.pairs import PARTS, Pairs, Prices, pair_up
from dialect_router.presence import AgentState
from dialect_router.queue import HeadStart, WaitingCall
from dialect_router.relaxation import Relaxation

Indices = NDArray[np.intp]

SERVED: Final = 1e7
"""Seconds that serving a call at all is worth: more than any wait and price, so that the most calls are served."""
MANY: Final = 100
"""Free agents and calls from which worth is counted in grains: the optimisation is then nearly twice as fast."""
GRAIN_S: Final = 5.0
"""Loses 0.35 s a call at 500 calls and 300 free agents, far below what the prices are sure to."""


@dataclass(frozen=True, slots=True)
class AssignmentPolicy:
    """Everything that decides who takes which call. Pure data: two of them can be compared on the same state."""

    prices: Prices = field(default_factory=Prices)
    head_start: HeadStart = field(default_factory=HeadStart)
    relaxation: Relaxation = field(default_factory=Relaxation)
    alternatives: int = 3
    """Other agents kept with each decision."""
    skill_titles: Mapping[str, str] = field(default_factory=dict)
    """How people call a skill, for the reasons; its name where there is none."""

    @property
    def overtaking_s(self) -> float:
        """A call is never passed over by an agent it may go to for one that came more than this much later."""
        return self.head_start.most_s + self.prices.worst + GRAIN_S


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent for a call. All figures in seconds, the lower the better."""

    agent_id: str
    price: float
    parts: Mapping[str, float]
    """Name of a price (see `Prices`) -> what it contributed."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One decision, with everything that is stored of it."""

    call_id: str
    at: float
    waited_s: float
    chosen: Candidate
    reasons: tuple[str, ...]
    """In Chinese, for supervisors."""
    alternatives: tuple[Candidate, ...]
    """The best of the other free agents who could settle it, also of those for whom it was too early in the wait. One
    that is cheaper than the chosen one was needed for another call."""

    @property
    def agent_id(self) -> str:
        return self.chosen.agent_id


def assign(
    waiting: Iterable[WaitingCall], states: Iterable[AgentState], at: float, policy: AssignmentPolicy
) -> Sequence[Assignment]:
    """Whom each free agent should be offered now, at most one call each. Calls that are not named go on waiting.

    states: all agents, busy ones too.
    """
    calls = list(waiting)
    desk = [state for state in states if state.working]
    free = np.flatnonzero([state.free for state in desk])
    if not calls or not len(free):
        return []
    pairs = pair_up(calls, desk, at, policy.prices, policy.relaxation)
    lead = np.array([policy.head_start.priority_s(call, at) for call in calls])
    total = pairs.total()[:, free]
    price = np.where(pairs.now[:, free], total, np.inf)
    rows, columns = _solve(np.where(pairs.now[:, free], SERVED + lead[:, None] - price, 0.0))
    of_able = np.where(pairs.able[:, free], total, np.inf)
    candidates = _candidates(desk, pairs, of_able, rows, columns, free, policy.alternatives)
    agents = [desk[free[column]].agent for column in columns]
    return [
        Assignment(
            call_id=call.call_id,
            at=at,
            waited_s=call.waited_s(at),
            chosen=chosen,
            reasons=explain(call, agent, at, policy.relaxation, policy.skill_titles),
            alternatives=tuple(alternatives),
        )
        for call, agent, (chosen, *alternatives) in zip((calls[row] for row in rows), agents, candidates, strict=True)
    ]


def _solve(worth: Floats) -> tuple[Indices, Indices]:
    """(calls, agents) -> rows and columns of the pairs that are worth most together; none that are worth nothing."""
    contenders = _contenders(worth)
    narrowed = worth[contenders]
    if min(narrowed.shape) > MANY:
        narrowed = np.round(narrowed / GRAIN_S)
    rows, columns = linear_sum_assignment(narrowed, maximize=True)
    made = narrowed[rows, columns] > 0
    return contenders[rows[made]], columns[made]


def _contenders(worth: Floats) -> Indices:
    """Rows that can matter: with n agents nobody needs to look further than his n best calls."""
    calls, agents = worth.shape
    if calls <= 2 * agents:
        return np.arange(calls)  # little to leave out
    return np.unique(np.argpartition(-worth, agents - 1, axis=0)[:agents])


def _candidates(
    desk: Sequence[AgentState],
    pairs: Pairs,
    price: Floats,
    rows: Indices,
    columns: Indices,
    free: Indices,
    alternatives: int,
) -> list[list[Candidate]]:
    """For each decision the chosen agent, then the cheapest others. price: (calls, free agents), inf: unable."""
    ranking = price[rows]
    ranking[np.arange(len(rows)), columns] = -np.inf
    ranked = np.argsort(ranking, axis=1, kind="stable")[:, : alternatives + 1]
    allowed = np.take_along_axis(ranking, ranked, axis=1) < np.inf
    parts = pairs.parts(rows[:, None], free[ranked]).round(2).tolist()
    return [
        [_candidate(desk[agent], part) for agent, part, may in zip(agents, of_agents, these, strict=True) if may]
        for agents, of_agents, these in zip(free[ranked].tolist(), parts, allowed.tolist(), strict=True)
    ]


def _candidate(state: AgentState, parts: Sequence[float]) -> Candidate:
    return Candidate(state.agent_id, round(sum(parts), 2), dict(zip(PARTS, parts, strict=True)))
