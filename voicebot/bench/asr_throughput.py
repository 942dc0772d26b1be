"""How many utterances a recogniser writes down a second, by the size of the batches it is given."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import numpy as np

from models.asr import AsrEngine, Utterance
from voicebot.bench.asr_capacity import Capacity, capacity


@dataclass(frozen=True, slots=True)
class BatchFigures:
    """One size of batch."""

    batch: int
    utterances_per_s: float
    ratio: float
    """Of the throughput to that of the smallest batch: median of the rounds, each in one stretch of time, so that what
    else the machine does counts for both."""
    p50_ms: float
    """Of a whole batch, which is what each of its callers waits."""
    p95_ms: float


@dataclass(frozen=True, slots=True)
class ThroughputFigures:
    """What was measured. The utterances are the same for every size, each in one batch a round."""

    model: str
    device: str
    threads: int | None
    """None: as many as the model takes by itself."""
    utterances: int
    mean_s: float
    """Length of an utterance."""
    rounds: int
    batches: list[BatchFigures]
    capacity: Capacity


class Throughput:
    """Measures one engine. Call `run` round by round; `figures` at any time after the first."""

    def __init__(self, engine: AsrEngine, utterances: Sequence[Utterance], sizes: Sequence[int]) -> None:
        """sizes: of batches; none larger than there are utterances."""
        self._engine = engine
        self._utterances = utterances
        self._sizes = sorted(set(sizes))
        self._times_s: dict[int, list[float]] = {size: [] for size in self._sizes}
        self._rates: list[dict[int, float]] = []

    def warm_up(self) -> None:
        """The first batches of each size allocate."""
        for size in self._sizes:
            self._engine.transcribe_batch(self._utterances[:size])

    def run(self) -> Iterator[int]:
        """One round over every size; yields how many utterances were done."""
        rates = {}
        turned = self._sizes[len(self._rates) % len(self._sizes) :]
        for size in [*turned, *(other for other in self._sizes if other not in turned)]:
            times_s = []
            whole = len(self._utterances) // size * size
            for start in range(0, whole, size):
                began = perf_counter()
                self._engine.transcribe_batch(self._utterances[start : start + size])
                times_s.append(perf_counter() - began)
                yield size
            rates[size] = whole / sum(times_s)
            self._times_s[size] += times_s
        self._rates.append(rates)

    def figures(self, *, threads: int | None) -> ThroughputFigures:
        described = self._engine.describe()
        return ThroughputFigures(
            model=described.name,
            device=described.device,
            threads=threads,
            utterances=len(self._utterances),
            mean_s=float(np.mean([u.samples.size / u.rate_hz for u in self._utterances])),
            rounds=len(self._rates),
            batches=[self._batch_figures(size) for size in self._sizes],
            capacity=capacity({size: [1000 * s for s in times_s] for size, times_s in self._times_s.items()}),
        )

    def _batch_figures(self, size: int) -> BatchFigures:
        smallest = self._sizes[0]
        times_ms = 1000 * np.array(self._times_s[size])
        return BatchFigures(
            batch=size,
            utterances_per_s=median(rates[size] for rates in self._rates),
            ratio=median(rates[size] / rates[smallest] for rates in self._rates),
            p50_ms=float(np.percentile(times_ms, 50)),
            p95_ms=float(np.percentile(times_ms, 95)),
        )
