"""Whom a waiting call may go to, the longer it waits the more of them: same dialect, same dialect group, anybody.

    waited   0 ─────────── 8 ─────────── 12 ──────────────────────>
    dialect  exact         group         any
    skill    2             1             1      least proficiency

A step never asks for more than somebody at the desk can give, busy or free: a call is held for a person who will be
free again, not for one who is not there. What "same dialect" means under an uncertain belief: agents with whom the
caller is nearly as likely to be understood as with the best one.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from dialect_router.agents import HIGHEST, LOWEST


class Scope(StrEnum):
    """Which agents speak well enough for now."""

    EXACT = "exact"
    GROUP = "group"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Step:
    """What is asked for until a call has waited this long."""

    until_s: float
    scope: Scope
    proficiency: int
    """Least level in the call's skill."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The steps, and what lengthens them."""

    steps: tuple[Step, ...] = (
        Step(8.0, Scope.EXACT, 2),
        Step(12.0, Scope.GROUP, LOWEST),
        Step(math.inf, Scope.ANY, LOWEST),
    )
    """"any" begins early enough for an agent's phone to ring and be answered within the usual 20 s."""
    tolerance: float = 0.20
    """Loss in the probability of being understood in the own dialect that is not worth waiting for."""
    worth_holding: float = 0.20
    """A call is held for busy agents only where it is this likely that one of them will be free within the step."""
    handling_s: float = 240.0
    """Mean time that an agent spends on a call, for that likelihood; taken to be exponential."""
    requested_patience: float = 4.0
    """A caller who asked for a dialect knows what he waits for: every step lasts this many times longer, however
    unlikely it is that somebody will be free."""
    last_agent_s: float = 10.0
    """How long a call is held for the agent who had this customer last; 0: not at all."""

    def __post_init__(self) -> None:
        ends = [step.until_s for step in self.steps]
        levels = [step.proficiency for step in self.steps]
        if not ends or ends != sorted(ends) or ends[-1] != math.inf or self.steps[-1].scope is not Scope.ANY:
            raise ValueError(
                f"relaxation: steps must come in order of until_s and end with 'any' without limit: {ends}"
            )
        if levels != sorted(levels, reverse=True) or not LOWEST <= min(levels) <= max(levels) <= HIGHEST:
            raise ValueError(f"relaxation: proficiency must be {LOWEST} to {HIGHEST} and never rise, not {levels}")
        if not 0 <= self.tolerance <= 1 or not 0 <= self.worth_holding <= 1 or self.handling_s <= 0:
            raise ValueError(f"relaxation: tolerance and worth_holding 0..1, handling_s above 0: {self}")
        if self.requested_patience < 1 or self.last_agent_s < 0:
            raise ValueError(f"relaxation: requested_patience at least 1, last_agent_s at least 0: {self}")

    def step(self, waited_s: float, *, requested: bool) -> int:
        """Index of the step that a call is in. requested: whether the caller asked for the dialect."""
        patience = self.requested_patience if requested else 1.0
        return next(index for index, step in enumerate(self.steps) if waited_s < step.until_s * patience)
