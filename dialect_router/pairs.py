"""Every waiting call against every agent at the desk, as matrices: who may take which, and at what price.

A price is in seconds, the currency of the queue: what is wrong with a pair, as the time a caller would wait for better.
Rows are calls, columns agents.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dialect_router.agents import HIGHEST, LOWEST
from dialect_router.dialects import dialects
from dialect_router.holding import Flags, Floats, Levels, allowed
from dialect_router.presence import AgentState
from dialect_router.queue import WaitingCall
from dialect_router.relaxation import Relaxation

UNDERSTOOD: Final = np.array([0.0, 0.15, 0.4, 0.85, 0.95, 1.0])
"""Fluency 0..5 -> how well a speaker of the dialect is served. Between fluent and native there is little; a beginner
is a politeness. An estimate."""
RELATED: Final = 0.4
"""The same for an agent who speaks another dialect of the group as well: some of it is common ground. An estimate."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What the worst pair costs for each thing that may be wrong with it, in seconds. None may be below 0.

    Chosen by simulation (`voicebot bench routing`, two seeds kept from those that are reported).
    """

    dialect: float = 60.0
    """An agent who certainly does not speak the caller's dialect."""
    skill: float = 15.0
    """A beginner in what the call is about."""
    seniority: float = 15.0
    """The youngest for the most valuable customer; falls with the square of the value."""
    last_agent: float = 30.0
    """Somebody else than the customer had last."""
    occupancy: float = 90.0
    """An agent who has been in calls without a pause; great, because agents differ by little of it."""

    def __post_init__(self) -> None:
        if self.each.min() < 0:
            raise ValueError(f"prices must not be below 0: {self}")

    @property
    def each(self) -> Floats:
        """In the order of PARTS."""
        return np.array([getattr(self, name) for name in PARTS], dtype=np.float64)

    @property
    def worst(self) -> float:
        """Of any pair."""
        return float(self.each.sum())


PARTS: Final = tuple(price.name for price in fields(Prices))
"""Names of the prices, in their order."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """What is known of every pair."""

    now: Flags
    """(calls, agents): may be put together at this point of the wait."""
    able: Flags
    """(calls, agents): the agent can settle it, however early in the wait, and has not passed it over."""
    faults: Sequence[Floats]
    """In the order of PARTS, each (calls, agents): 0 nothing wrong .. 1 as wrong as can be."""
    prices: Floats
    """Of the faults."""

    def total(self) -> Floats:
        """(calls, agents): price of each pair."""
        total = np.zeros(self.now.shape)
        for fault, price in zip(self.faults, self.prices, strict=True):
            total += price * fault
        return total

    def parts(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Floats:
        """(..., prices): what each fault costs in these pairs."""
        return np.stack([fault[rows, columns] for fault in self.faults], axis=-1) * self.prices


def pair_up(
    calls: Sequence[WaitingCall], desk: Sequence[AgentState], at: float, prices: Prices, relaxation: Relaxation
) -> Pairs:
    """Compare. calls, desk: at least one each; desk: agents at the desk, busy or free."""
    beliefs, exact_credit = _beliefs(calls), _credit(desk)
    group_credit = _group_credit(exact_credit)
    level = _levels(calls, desk)
    last = _marks([(call.last_agent,) if call.last_agent else () for call in calls], desk)
    passed_over = _marks([call.passed_over for call in calls], desk)
    now = allowed(
        calls,
        desk,
        at,
        relaxation,
        level=level,
        exact=beliefs @ exact_credit.T,
        group=beliefs @ group_credit.T,
        last=last,
        passed_over=passed_over,
    )
    value = np.array([call.value for call in calls])[:, None]
    seniority = _scaled(np.array([state.agent.seniority for state in desk]))
    faults = {
        "dialect": 1 - beliefs @ np.maximum(exact_credit, RELATED * group_credit).T,
        "skill": 1 - _scaled(np.maximum(level, LOWEST)),
        "seniority": value**2 * (1 - seniority),
        "last_agent": last.any(axis=1, keepdims=True) & ~last,
        "occupancy": np.array([state.occupancy(at) for state in desk]),
    }
    able = (level > 0) & ~passed_over
    return Pairs(now, able, [np.broadcast_to(faults[name], now.shape) for name in PARTS], prices.each)


def _scaled(level: Levels) -> Floats:
    """1..5 -> 0..1."""
    return (level - LOWEST) / (HIGHEST - LOWEST)


def _beliefs(calls: Sequence[WaitingCall]) -> Floats:
    """(calls, tags). A request counts as certain."""
    tags = tuple(dialects())
    rows = np.array([[call.dialects.get(tag, 0.0) for tag in tags] for call in calls])
    for index, call in enumerate(calls):
        if call.requested_dialect is not None:
            rows[index] = [float(tag == call.requested_dialect) for tag in tags]
    return rows


def _credit(desk: Sequence[AgentState]) -> Floats:
    """(agents, tags): how well a speaker of the dialect is served by the agent."""
    tags = tuple(dialects())
    credit: Floats = UNDERSTOOD[np.array([[state.agent.fluency(tag) for tag in tags] for state in desk])]
    return credit


def _group_credit(credit: Floats) -> Floats:
    """(agents, tags): the best of the tag's group."""
    best = np.zeros_like(credit)
    for columns in _groups():
        best[:, columns] = credit[:, columns].max(axis=1, keepdims=True)
    return best


@cache
def _groups() -> tuple[NDArray[np.intp], ...]:
    """Columns of the dialects of each group."""
    groups = np.array([dialect.group for dialect in dialects().values()])
    return tuple(np.flatnonzero(groups == group) for group in dict.fromkeys(groups.tolist()))


def _levels(calls: Sequence[WaitingCall], desk: Sequence[AgentState]) -> Levels:
    """(calls, agents): proficiency in the call's skill; 0 for whom `WaitingCall.may_go_to` excludes.

    An agent of another team who helps out counts as a beginner; a call for no skill in particular finds only experts.
    """
    skills = {skill: column for column, skill in enumerate(dict.fromkeys(call.skill for call in calls))}
    table = np.array([[state.agent.skills.get(skill, 0) for skill in skills] for state in desk], dtype=np.int64)
    level = table[:, [skills[call.skill] for call in calls]].T
    for row, call in enumerate(calls):
        if not call.skill:
            level[row] = HIGHEST
        elif call.overflow_teams:
            helps = [LOWEST if state.agent.team in call.overflow_teams else 0 for state in desk]
            level[row] = np.maximum(level[row], helps)
    for language in {call.language for call in calls}:
        of_language = np.array([call.language == language for call in calls])
        deaf = np.array([language not in state.agent.languages for state in desk])
        level[np.ix_(of_language, deaf)] = 0
    return level


def _marks(named: Sequence[Collection[str]], desk: Sequence[AgentState]) -> Flags:
    """(calls, agents): whether the agent is among those named for the call."""
    columns = {state.agent_id: column for column, state in enumerate(desk)}
    marks = np.zeros((len(named), len(desk)), dtype=np.bool_)
    for row, agents in enumerate(named):
        for agent_id in agents:
            if agent_id in columns:
                marks[row, columns[agent_id]] = True
    return marks
