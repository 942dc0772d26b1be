"""How well two raters agree beyond chance: Cohen's weighted kappa with its interval.

The answers are ordered by what they cost: fail, not applicable, pass; linear weights (Cohen 1968), so that a fail for a
pass is twice as wrong as for a not applicable. The interval is Bayesian (after Basu, Banerjee and Sen 2000): Dirichlet
posterior of the table's cells under a prior worth one answer, spread evenly; equal tails. Unlike the large-sample and
bootstrap intervals it does not shrink to a point when a few answers happen to agree.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

ORDER: Final = ("fail", "not_applicable", "pass")
_LEVEL: Final = 0.95
_DRAWS: Final = 4_000
_SEED: Final = 20_261_127
"""Fixed, so that the same answers give the same interval."""
_NORMAL: Final = 1.959964
"""Of the standard normal distribution, for 95 %."""

Table = NDArray[np.int64]
"""[answers of the first, answers of the second], each in ORDER."""


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


def table(pairs: Iterable[tuple[str, str]]) -> Table:
    """Of answers in ORDER; others are left out."""
    counts = np.zeros((len(ORDER), len(ORDER)), np.int64)
    for first, second in pairs:
        if first in ORDER and second in ORDER:
            counts[ORDER.index(first), ORDER.index(second)] += 1
    return counts


def agreement(counts: Table) -> float | None:
    """Share of equal answers; None without any."""
    total = int(counts.sum())
    return float(np.trace(counts)) / total if total else None


def agreement_interval(counts: Table) -> Interval | None:
    """Wilson's score interval, 95 %."""
    total, share = int(counts.sum()), agreement(counts)
    if share is None:
        return None
    z2 = _NORMAL**2 / total
    middle = (share + z2 / 2) / (1 + z2)
    half = _NORMAL / (1 + z2) * math.sqrt(share * (1 - share) / total + z2 / (4 * total))
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def weighted_kappa(counts: Table) -> float | None:
    """1 is full agreement, 0 is what chance gives. None where all answers of both are the same."""
    used = _used(counts)
    if used.size < 2:
        return None
    return float(_kappas(counts[np.newaxis, used][:, :, used].astype(np.float64), used)[0])


def kappa_interval(counts: Table) -> Interval | None:
    """95 %; None where there is no kappa."""
    used = _used(counts)
    if used.size < 2:
        return None
    prior = 1 / used.size**2
    cells = counts[used][:, used].ravel() + prior
    drawn = np.random.default_rng(_SEED).dirichlet(cells, _DRAWS).reshape(_DRAWS, used.size, used.size)
    low, high = np.quantile(_kappas(drawn, used), [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return Interval(float(low), float(high))


def _used(counts: Table) -> NDArray[np.int64]:
    """Answers that somebody gave."""
    return np.flatnonzero(counts.sum(axis=0) + counts.sum(axis=1))


def _kappas(tables: NDArray[np.float64], places: NDArray[np.int64]) -> NDArray[np.float64]:
    """tables: [tables, answers, answers], of counts or shares. places: of the answers in ORDER."""
    shares = tables / tables.sum(axis=(1, 2), keepdims=True)
    distance = np.abs(places[:, np.newaxis] - places[np.newaxis]).astype(np.float64)
    observed = (shares * distance).sum(axis=(1, 2))
    expected = np.einsum("ti,tj,ij->t", shares.sum(axis=2), shares.sum(axis=1), distance)
    return np.asarray(1 - observed / expected, np.float64)
