"""How long one assignment takes with a full queue."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from dialect_router.assignment import AssignmentPolicy, assign
from dialect_router.presence import PresenceBoard
from voicebot.bench.routing.callers import draw_callers
from voicebot.bench.routing.plan import Plan
from voicebot.bench.routing.staff import draw_staff

WAITING: Final = 500
AGENTS: Final = 300
ROUNDS: Final = 11
WAITED_S: Final = 120.0
"""The calls have come evenly within this time."""


def tick_times(plan: Plan, seed: int, *, free: int = AGENTS, rounds: int = ROUNDS) -> Iterator[float]:
    """Milliseconds of one assignment, reasons and alternatives included, each with other waits of the callers.

    free: agents of the 300 who are free. All of them is the hardest case; a few are the usual one when 500 wait.
    """
    rng = np.random.default_rng(seed)
    board = PresenceBoard((duty.agent for duty in draw_staff(plan, AGENTS, rng)), 0.0)
    for number, agent_id in enumerate(list(board.states)):
        board.on_ready(agent_id, 0.0)
        if number >= free:
            board.on_offered(agent_id, f"busy {number}", 0.0)
            board.on_answered(agent_id, f"busy {number}", 0.0)
    states = list(board.states.values())
    calls = [caller.call for caller in draw_callers(plan, WAITING, rng)]
    for _ in range(rounds):
        entered = rng.uniform(0, WAITED_S, WAITING)
        waiting = [replace(call, entered_at=float(at)) for call, at in zip(calls, entered, strict=True)]
        began = time.perf_counter()
        assign(waiting, states, WAITED_S, AssignmentPolicy())
        yield 1000 * (time.perf_counter() - began)
