"""The agents of a simulated day and their shifts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dialect_router.agents import Agent
from dialect_router.dialects import STANDARD, prior
from dialect_router.regions import Region
from voicebot.bench.routing.callers import HOUR_S
from voicebot.bench.routing.plan import Plan, Shift


@dataclass(frozen=True, slots=True)
class Duty:
    """One agent's day. Seconds from opening; the break lasts an hour."""

    agent: Agent
    start_s: float
    rest_s: float
    end_s: float


def draw_staff(plan: Plan, count: int, rng: np.random.Generator) -> Sequence[Duty]:
    """`count` agents, spread over the shifts as evenly as they go."""
    return [_duty(plan, number, count, rng) for number in range(count)]


def _duty(plan: Plan, number: int, count: int, rng: np.random.Generator) -> Duty:
    shift = _shift(plan.agents.shifts, (number + 0.5) / count)
    skills = {skill: int(rng.integers(2, 6)) for skill, row in plan.skills.items() if rng.random() < row.agents}
    agent = Agent(
        id=f"a{number}",
        name=f"坐席{number}",
        skills=skills or {next(iter(plan.skills)): int(rng.integers(2, 6))},
        dialects=_dialects(plan, rng),
        seniority=int(rng.integers(1, 6)),
    )
    first, rest, end = ((hour - plan.opens_hour) * HOUR_S for hour in (shift.start, shift.rest, shift.end))
    return Duty(agent, first, rest + float(rng.uniform(0, HOUR_S / 2)), end)


def _shift(shifts: Sequence[Shift], place: float) -> Shift:
    """place: 0..1 in the staff."""
    reach = np.cumsum([shift.share for shift in shifts])
    return shifts[int(np.searchsorted(reach / reach[-1], place))]


def _dialects(plan: Plan, rng: np.random.Generator) -> dict[str, int]:
    """Everybody speaks Mandarin at work."""
    spoken = {STANDARD: int(rng.integers(4, 6))}
    for chance in (plan.agents.speaks_home_dialect, plan.agents.second_dialect):
        dialect = _home_dialect(plan, rng)
        if dialect != STANDARD and rng.random() < chance:
            spoken[dialect] = max(spoken.get(dialect, 0), int(rng.integers(3, 6)))
    return spoken


def _home_dialect(plan: Plan, rng: np.random.Generator) -> str:
    homes = list(plan.agents.home)
    weights = np.array(list(plan.agents.home.values()))
    home = homes[rng.choice(len(homes), p=weights / weights.sum())]
    mix = prior(Region(country="CN", province=home, kind="landline")).probabilities
    return str(rng.choice(list(mix), p=list(mix.values())))
