"""Draws calls for people to score blind, so that every agent, matter, score and doubt is among them. Pure.

Every stratum gives one call in turn until there are enough: rare strata are drawn whole, common ones in part. Figures
from such a sample are about the sample; they are no shares of all calls.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_SCORE_BANDS: Final = (60.0, 85.0)
_CONFIDENCE_BANDS: Final = (0.7, 0.9)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A scored call."""

    call_id: str
    agent: str
    intent: str
    score: float | None
    """None: not scorable."""
    confidence: float
    """The least of its verdicts'."""

    @property
    def stratum(self) -> str:
        score = "none" if self.score is None else str(bisect_right(_SCORE_BANDS, self.score))
        return f"{self.agent}/{self.intent}/{score}/{bisect_right(_CONFIDENCE_BANDS, self.confidence)}"


def drawn(candidates: Iterable[Candidate], size: int, *, seed: int) -> list[Candidate]:
    """The same for the same candidates, size and seed."""
    strata = defaultdict[str, list[Candidate]](list)
    for candidate in sorted(candidates, key=lambda each: each.call_id):
        strata[candidate.stratum].append(candidate)
    chance = random.Random(seed)
    piles = [strata[name] for name in sorted(strata)]
    for pile in piles:
        chance.shuffle(pile)
    chance.shuffle(piles)
    sample: list[Candidate] = []
    while len(sample) < size and any(piles):
        sample += [pile.pop() for pile in piles if pile][: size - len(sample)]
    return sample
