"""How many callers one recogniser serves, from how long its batches take: a queue of requests, simulated."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

WITHIN_MS: Final = 300.0
TURNS_PER_MINUTE: Final = 6.0
"""Of one caller in conversation: one every ten seconds, the assistant's replies between them."""
RECOGNITIONS_PER_TURN: Final = 4.0
"""One at each pause, of which a turn has one or two, and the partial ones while the caller speaks."""
_REQUESTS: Final = 2000
_STEPS: Final = 12
"""Of the search for the rate: to one part in 4000 of the most that it could be."""

Times = Mapping[int, Sequence[float]]
"""Milliseconds that batches took, by size."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a recogniser serves when it has the device to itself."""

    within_ms: float
    """95 of 100 requests get their words within this time, waiting included."""
    batch: int
    """Largest batch with which it serves most."""
    utterances_per_s: float
    turns_per_minute: float
    recognitions_per_turn: float
    callers: int


def capacity(times_ms: Times, *, within_ms: float = WITHIN_MS) -> Capacity:
    """The most callers that any largest batch allows. Partial recognitions count like those of finished turns."""
    best = max((_highest_rate(times_ms, most, within_ms), -most) for most in times_ms)
    rate, batch = best[0], -best[1]
    callers = int(60 * rate / (TURNS_PER_MINUTE * RECOGNITIONS_PER_TURN))
    return Capacity(within_ms, batch, rate, TURNS_PER_MINUTE, RECOGNITIONS_PER_TURN, callers)


def p95_ms(times_ms: Times, *, rate: float, most: int, seed: int = 0) -> float:
    """95th percentile from request to answer: `rate` requests a second at random, in batches of up to `most`.

    As in models/batching.py: a batch is taken from what waits when the one before is done. Each takes as long as one
    of the measured batches of its size, or of the next larger size that was measured.
    """
    rng = random.Random(seed)
    sizes = sorted(times_ms)
    arrivals, at = [], 0.0
    for _ in range(_REQUESTS):
        at += 1000 * rng.expovariate(rate)
        arrivals.append(at)
    answered: list[float] = []
    free_at = 0.0
    while len(answered) < _REQUESTS:
        first = len(answered)
        starts_at = max(free_at, arrivals[first])
        size = 1
        while size < most and first + size < _REQUESTS and arrivals[first + size] <= starts_at:
            size += 1
        measured = next((known for known in sizes if known >= size), sizes[-1])
        free_at = starts_at + rng.choice(times_ms[measured])
        answered += [free_at - arrival for arrival in arrivals[first : first + size]]
    return float(np.percentile(answered, 95))


def _highest_rate(times_ms: Times, most: int, within_ms: float) -> float:
    """Requests a second with which the 95th percentile is still in time."""
    low, high = 0.0, 1000 * most / min(times_ms[most])
    for _ in range(_STEPS):
        rate = (low + high) / 2
        if p95_ms(times_ms, rate=rate, most=most) <= within_ms:
            low = rate
        else:
            high = rate
    return low
