"""Which agents a call may go to at this point of its wait, and whom it is rather held for.

A call is held for the agents of its step (`relaxation`) while one of them is free, or likely enough to be free before
the step is over. The best at the desk, busy or free, are the measure, so every call keeps somebody to go to.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dialect_router.presence import AgentState
from dialect_router.queue import WaitingCall
from dialect_router.relaxation import Relaxation, Scope

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Levels = NDArray[np.int64]

LONG_S: Final = 1e6
"""Stands for a step without end."""


def allowed(
    calls: Sequence[WaitingCall],
    desk: Sequence[AgentState],
    at: float,
    relaxation: Relaxation,
    *,
    level: Levels,
    exact: Floats,
    group: Floats,
    last: Flags,
    passed_over: Flags,
) -> Flags:
    """(calls, agents): may have the call now.

    level: proficiency in the call's skill, 0 for agents who cannot settle it. exact, group: probability of being served
    in the own dialect, and in one of its group. last: had this customer last. passed_over: did not take the call; such
    an agent is tried again only when nobody else is free.
    """
    waited = np.array([call.waited_s(at) for call in calls])
    requested = np.array([call.requested_dialect is not None for call in calls])
    steps = [relaxation.step(call.waited_s(at), requested=call.requested_dialect is not None) for call in calls]
    free = np.array([state.free for state in desk])
    others = (level > 0) & ~passed_over
    level = np.where((others & free).any(axis=1)[:, None] & passed_over, 0, level)
    able = level > 0
    good = _of_step(able, level, exact, group, np.array(steps), relaxation)
    ends = np.array([each.until_s for each in relaxation.steps])[steps]
    busy = (good & ~free).sum(axis=1)
    chance = 1 - np.exp(-busy * np.minimum(ends - waited, LONG_S).clip(min=0) / relaxation.handling_s)
    hold = requested | (good & free).any(axis=1) | (chance >= relaxation.worth_holding)
    for_last = (waited < relaxation.last_agent_s) & (last & able).any(axis=1)
    now: Flags = np.where(for_last[:, None], last & able, np.where(hold[:, None], good, able))
    return now


def _of_step(
    able: Flags, level: Levels, exact: Floats, group: Floats, steps: NDArray[np.int64], relaxation: Relaxation
) -> Flags:
    """(calls, agents): good enough for the step that each call is in."""
    wanted = np.array([step.proficiency for step in relaxation.steps])[steps]
    good: Flags = able & (level >= np.minimum(wanted, level.max(axis=1))[:, None])
    for scope, served in ((Scope.EXACT, exact), (Scope.GROUP, group)):
        in_scope = np.array([step.scope is scope for step in relaxation.steps])[steps]
        best = np.where(good, served, 0.0).max(axis=1)
        good &= ~in_scope[:, None] | (served >= best[:, None] - relaxation.tolerance)
    return good
