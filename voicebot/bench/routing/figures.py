"""The figures of a simulated day, and what exactly they count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dialect_router.agents import Agent
from dialect_router.dialects import STANDARD
from voicebot.bench.routing.simulation import DayResult, Outcome

IN_TIME_S: Final = 20.0
TARGET: Final = 0.8
"""Usual service level: 80 % of the calls answered within 20 s."""
SHORT_ABANDON_S: Final = 5.0
"""Who hangs up sooner has rung the wrong number."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds from entering the queue to the agent's answer, of the calls that were answered."""

    mean: float
    p95: float


@dataclass(frozen=True, slots=True)
class RoutingFigures:
    """One day under one policy."""

    dialect_match_rate: float
    """Of the answered calls of people who speak a dialect (not standard Mandarin): the share that was answered by an
    agent who speaks that very dialect, with a fluency of at least agents.SPEAKS."""
    service_level: float
    """Share of the calls answered within IN_TIME_S, of all calls but those hung up within SHORT_ABANDON_S."""
    abandoned_rate: float
    """Share of the calls hung up before an answer, of the same calls."""
    wait_s: Waits
    occupancy_spread: float
    """Standard deviation, among the agents, of the share of their time at the desk spent in calls and wrap-up."""


def figures(result: DayResult, agents: Mapping[str, Agent]) -> RoutingFigures:
    """Count. agents: by id."""
    counted = [each for each in result.outcomes if each.agent_id is not None or each.waited_s >= SHORT_ABANDON_S]
    answered = [each for each in counted if each.agent_id is not None]
    waits = np.array([each.waited_s for each in answered]) if answered else np.zeros(1)
    return RoutingFigures(
        dialect_match_rate=_match_rate(answered, agents),
        service_level=_share(len([each for each in answered if each.waited_s <= IN_TIME_S]), counted),
        abandoned_rate=_share(len(counted) - len(answered), counted),
        wait_s=Waits(float(waits.mean()), float(np.percentile(waits, 95))),
        occupancy_spread=float(np.std(result.occupancy)),
    )


def _match_rate(answered: Sequence[Outcome], agents: Mapping[str, Agent]) -> float:
    of_dialect = [each for each in answered if each.caller.dialect != STANDARD]
    matched = [each for each in of_dialect if each.agent_id and agents[each.agent_id].speaks(each.caller.dialect)]
    return _share(len(matched), of_dialect)


def _share(count: int, of: Sequence[Outcome]) -> float:
    return count / len(of) if of else 0.0
