"""The callers of a simulated day, drawn once and served by every policy: common random numbers.

What a caller speaks is drawn from the mix of his place; what is believed of him comes from his number and from a
classifier that is often wrong. The policy sees only the belief.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dialect_router.dialects import STANDARD, DialectPrior, dialects, prior
from dialect_router.evidence import fuse
from dialect_router.queue import WaitingCall
from dialect_router.regions import Kind, Region, provinces
from dialect_router.speech import classifier_evidence
from voicebot.bench.routing.plan import Plan

HOUR_S: Final = 3600.0
CONFIDENCE: Final = (0.35, 0.95)
"""Range of the probability that the classifier gives to its answer, right or wrong: networks are overconfident."""
ANGRY: Final = 0.8


@dataclass(frozen=True, slots=True)
class Caller:
    """One call as it will be, whoever answers it. Times in seconds from opening."""

    call: WaitingCall
    dialect: str
    """What the caller really speaks; no policy knows it."""
    patience_s: float
    """Hangs up after waiting this long."""
    talk_s: float
    pick_up_s: float
    """How long the agent's phone rings before the answer."""


def draw_callers(plan: Plan, count: int, rng: np.random.Generator) -> Sequence[Caller]:
    """`count` callers in order of arrival."""
    hours = rng.choice(plan.hours, size=count, p=_shares(plan.arrivals))
    arrivals = np.sort((hours + rng.random(count)) * HOUR_S)
    places = _Places(plan, rng)
    return [_caller(plan, f"c{number}", float(at), places, rng) for number, at in enumerate(arrivals)]


def _caller(plan: Plan, call_id: str, at: float, places: "_Places", rng: np.random.Generator) -> Caller:
    number_says, dialect = places.draw()
    values = list(plan.callers.values)
    skills = list(plan.skills)
    call = WaitingCall(
        call_id=call_id,
        entered_at=at,
        skill=skills[rng.choice(len(skills), p=_shares([plan.skills[skill].calls for skill in skills]))],
        dialects=_belief(plan, number_says, dialect, rng),
        value=values[rng.choice(len(values), p=_shares(list(plan.callers.values.values())))],
        emotion=ANGRY if rng.random() < plan.callers.angry else 0.0,
    )
    return Caller(
        call=call,
        dialect=dialect,
        patience_s=float(rng.exponential(plan.patience_mean_s)),
        talk_s=float(rng.lognormal(np.log(plan.talk_median_s), plan.talk_sigma)),
        pick_up_s=float(rng.uniform(*plan.pick_up_s)),
    )


class _Places:
    """Where callers are from. The true mix of each place strays from the table that the prior is made of."""

    def __init__(self, plan: Plan, rng: np.random.Generator) -> None:
        self._rng = rng
        self._mobile = plan.callers.mobile
        self._off = plan.callers.table_is_off
        self._names = list(provinces())
        often = plan.callers.more_often
        self._weights = _shares([p.population_millions * often.get(p.name, 1.0) for p in provinces().values()])
        self._true_mixes: dict[tuple[str, Kind], Mapping[str, float]] = {}

    def draw(self) -> tuple[DialectPrior, str]:
        """What the number says, and what the caller speaks."""
        province = self._names[self._rng.choice(len(self._names), p=self._weights)]
        kind: Kind = "mobile" if self._rng.random() < self._mobile else "landline"
        number_says = prior(Region(country="CN", province=province, kind=kind))
        mix = self._true_mixes.setdefault((province, kind), self._stray(number_says.probabilities))
        return number_says, str(self._rng.choice(list(mix), p=list(mix.values())))

    def _stray(self, table: Mapping[str, float]) -> Mapping[str, float]:
        shares = self._rng.dirichlet([self._off * share for share in table.values()])
        return dict(zip(table, shares.tolist(), strict=True))


def _belief(plan: Plan, number_says: DialectPrior, dialect: str, rng: np.random.Generator) -> Mapping[str, float]:
    if rng.random() >= plan.callers.dialect_heard:
        return fuse(number_says, ()).probabilities
    heard = dialect if rng.random() < plan.callers.classifier_right else _mistaken_for(dialect, plan, rng)
    sure = rng.uniform(*CONFIDENCE)
    rest = (1 - sure) / (len(dialects()) - 1)
    evidence = classifier_evidence({tag: sure if tag == heard else rest for tag in dialects()})
    return fuse(number_says, [evidence] if evidence else []).probabilities


def _mistaken_for(dialect: str, plan: Plan, rng: np.random.Generator) -> str:
    others = [tag for tag in dialects() if tag not in (dialect, STANDARD)]
    if dialect != STANDARD and rng.random() < plan.callers.standard_when_wrong:
        return STANDARD
    return str(rng.choice(others))


def _shares(weights: Sequence[float]) -> Sequence[float]:
    total = sum(weights)
    return [weight / total for weight in weights]
