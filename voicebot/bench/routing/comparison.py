"""The same day under both policies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dialect_router.assignment import AssignmentPolicy, assign
from dialect_router.presence import AgentState
from dialect_router.queue import WaitingCall
from voicebot.bench.routing.callers import draw_callers
from voicebot.bench.routing.figures import RoutingFigures, figures
from voicebot.bench.routing.longest_idle import longest_idle
from voicebot.bench.routing.plan import Plan
from voicebot.bench.routing.simulation import Day, Pairs, Router
from voicebot.bench.routing.staff import draw_staff

CALLS_PER_AGENT: Final = 80
"""Of a day, at which about nine calls in ten are answered in time without dialects: busy, not overrun."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Figures of one day."""

    with_dialects: RoutingFigures
    without_dialects: RoutingFigures


def compare(
    plan: Plan, calls: int, agents: int, seed: int, *, on_call: Callable[[], None] = lambda: None
) -> Comparison:
    """Simulate a day twice, with the same callers and agents. on_call: called for each of 2 * `calls` calls."""
    rng = np.random.default_rng(seed)
    callers, staff = draw_callers(plan, calls, rng), draw_staff(plan, agents, rng)
    by_id = {duty.agent.id: duty.agent for duty in staff}

    def day(router: Router) -> RoutingFigures:
        return figures(Day(callers, staff, router, wrap_up_s=plan.wrap_up_s, on_call=on_call).run(), by_id)

    return Comparison(with_dialects=day(with_dialects), without_dialects=day(longest_idle))


def with_dialects(waiting: Sequence[WaitingCall], states: Sequence[AgentState], at: float) -> Pairs:
    """The policy of the live system, with its defaults."""
    return [(each.call_id, each.agent_id) for each in assign(waiting, states, at, AssignmentPolicy())]
