"""How a model's queue did over the last seconds."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

WINDOW_S: Final = 10.0
"""What is older says nothing about how busy the model is."""


@dataclass(frozen=True, slots=True)
class BatchStats:
    """Figures of the last seconds. Times in milliseconds, 0 where nothing was asked.

    The 95th percentiles count what still waits or runs with the time it has taken so far, so that a model that hangs is
    seen before it answers.
    """

    waiting: int
    batches: int
    """Since the start."""
    mean_batch: float
    mean_wait_ms: float
    """From submission until the batch began."""
    p95_wait_ms: float
    mean_run_ms: float
    """Time in the model, by batch."""
    p95_run_ms: float


@dataclass(frozen=True, slots=True)
class _Batch:
    ended_s: float
    waits_s: Sequence[float]
    run_s: float


class RecentBatches:
    """Remembers finished batches for as long as they count. Times in seconds of any one clock."""

    def __init__(self) -> None:
        self._batches: deque[_Batch] = deque()
        self._total = 0

    def add(self, *, waits_s: Sequence[float], run_s: float, now: float) -> None:
        """A batch that ended now. waits_s: of each of its requests."""
        self._batches.append(_Batch(now, waits_s, run_s))
        self._total += 1
        self._forget(now)

    def stats(self, *, waiting_s: Sequence[float], running_s: Sequence[float], now: float) -> BatchStats:
        """waiting_s, running_s: how long each waiting request and each running batch has taken so far."""
        self._forget(now)
        waits = [wait_s for batch in self._batches for wait_s in batch.waits_s]
        runs = [batch.run_s for batch in self._batches]
        return BatchStats(
            waiting=len(waiting_s),
            batches=self._total,
            mean_batch=_mean([len(batch.waits_s) for batch in self._batches]),
            mean_wait_ms=1000 * _mean(waits),
            p95_wait_ms=1000 * _p95([*waits, *waiting_s]),
            mean_run_ms=1000 * _mean(runs),
            p95_run_ms=1000 * _p95([*runs, *running_s]),
        )

    def _forget(self, now: float) -> None:
        while self._batches and self._batches[0].ended_s < now - WINDOW_S:
            self._batches.popleft()


def _mean(values: Sequence[float]) -> float:
    return sum(values) / max(len(values), 1)


def _p95(values: Sequence[float]) -> float:
    return float(np.percentile(values, 95)) if values else 0.0
