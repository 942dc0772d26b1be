"""What is to be expected: how long calls take, and how long a caller will wait."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dialect_router.presence import AgentState
from dialect_router.queue import WaitingCall

USUAL_HANDLING_S: Final = 240.0
"""Talk and wrap-up of a call before any was seen: the middle of what service centres report (180 to 360 s)."""
NEW: Final = 1.0 - math.exp(-math.log(2) / 40)
"""Weight of one more call, so that after 40 of them half of the mean is new."""


class HandlingTimes:
    """Mean handling time by skill, in seconds, with a memory that fades."""

    def __init__(self, usual_s: float = USUAL_HANDLING_S) -> None:
        self._usual_s = usual_s
        self._means: dict[str, float] = {}

    def on_handled(self, skill: str, handling_s: float) -> None:
        """A call is over. handling_s: from the answer to the end of the wrap-up."""
        mean = self.mean_s(skill)
        self._means[skill] = mean + NEW * (handling_s - mean)

    def mean_s(self, skill: str) -> float:
        return self._means.get(skill, self._usual_s)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a waiting caller can be told."""

    position: int
    """1: the next."""
    wait_s: float | None
    """From now; None when nobody is there who could take the call."""

    @property
    def minutes(self) -> int | None:
        """To be said aloud: whole minutes, never fewer than it takes."""
        return None if self.wait_s is None else max(1, math.ceil(self.wait_s / 60))


def outlooks(
    ordered: Sequence[WaitingCall], states: Iterable[AgentState], handling: HandlingTimes
) -> Mapping[str, Outlook]:
    """Position and expected wait of every call, by its id. ordered: the calls that wait, the next one first.

    Of the agents who may take a call one becomes free every (handling time / number of them) on the average, and the
    calls ahead that any of them may take go first. Agents with other skills beside share their time with other calls,
    and those calls are counted as ahead.
    """
    working = [state for state in states if state.working]
    pools: dict[object, _Pool] = {}
    waiting: Counter[str] = Counter()
    found: dict[str, Outlook] = {}
    for call in ordered:
        alike = (call.skill, call.language, call.overflow_teams)
        if alike not in pools:
            pools[alike] = _pool(call, working)
        pool = pools[alike]
        ahead = sum(waiting[skill] for skill in pool.skills)
        waiting[call.skill] += 1
        turn_s = handling.mean_s(call.skill) / pool.agents if pool.agents else None
        wait_s = None if turn_s is None else max(0, ahead + 1 - pool.free) * turn_s
        found[call.call_id] = Outlook(ahead + 1, wait_s)
    return found


@dataclass(frozen=True, slots=True)
class _Pool:
    """The agents at the desk who may take a call."""

    agents: int
    free: int
    skills: frozenset[str]
    """Of the calls that compete for them."""


def _pool(call: WaitingCall, working: Iterable[AgentState]) -> _Pool:
    able = [state for state in working if call.may_go_to(state.agent)]
    skills = frozenset(skill for state in able for skill in state.agent.skills)
    return _Pool(len(able), sum(state.free for state in able), skills | {call.skill, ""})
