"""Histograms of a running process, read from its metrics endpoint, and what grew in them between two readings."""

from __future__ import annotations

import math
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from prometheus_client.parser import text_string_to_metric_families

from voicebot.config import MetricsSection

TIMEOUT_S: Final = 30.0
Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Buckets:
    """One histogram: how many values lay at or below each upper edge, the last edge being infinite."""

    counts: Mapping[float, float]
    total: float

    @property
    def count(self) -> float:
        return self.counts.get(math.inf, 0.0)

    @property
    def mean(self) -> float | None:
        return self.total / self.count if self.count else None

    def since(self, before: Buckets | None) -> Buckets:
        """What came after an earlier reading."""
        if before is None:
            return self
        counts = {edge: count - before.counts.get(edge, 0.0) for edge, count in self.counts.items()}
        return Buckets(counts, self.total - before.total)

    def quantile(self, share: float) -> float | None:
        """Interpolated within its bucket; the highest finite edge for what lies above all of them. None when empty."""
        if not self.count:
            return None
        wanted, below, edge_below = share * self.count, 0.0, 0.0
        for edge, count in sorted(self.counts.items()):
            if count >= wanted and count > below:
                if math.isinf(edge):
                    return edge_below
                return edge_below + (edge - edge_below) * (wanted - below) / (count - below)
            below, edge_below = count, edge
        return edge_below

    def highest(self) -> float | None:
        """Upper edge of the bucket that holds the largest value, at most the highest finite edge. None when empty."""
        if not self.count:
            return None
        finite = [edge for edge in sorted(self.counts) if math.isfinite(edge)]
        return next((edge for edge in finite if self.counts[edge] >= self.count), finite[-1])


@dataclass(frozen=True, slots=True)
class Reading:
    """All histograms of a process at one moment, by name and labels."""

    histograms: Mapping[tuple[str, Labels], Buckets]

    def histogram(self, name: str, **labels: str) -> Buckets | None:
        return self.histograms.get((name, tuple(sorted(labels.items()))))


def read(settings: MetricsSection) -> Reading:
    """Asks the endpoint; blocks. Raises OSError when it does not answer."""
    return parse(_page(settings))


def parse(text: str) -> Reading:
    """text: in Prometheus' exposition format."""
    counts: dict[tuple[str, Labels], dict[float, float]] = {}
    totals: dict[tuple[str, Labels], float] = {}
    for family in text_string_to_metric_families(text):
        if family.type != "histogram":
            continue
        for sample in family.samples:
            labels = tuple(sorted((name, value) for name, value in sample.labels.items() if name != "le"))
            key = (family.name, labels)
            if sample.name.endswith("_bucket"):
                counts.setdefault(key, {})[float(sample.labels["le"])] = sample.value
            elif sample.name.endswith("_sum"):
                totals[key] = sample.value
    return Reading({key: Buckets(edges, totals.get(key, 0.0)) for key, edges in counts.items()})


def gauge(settings: MetricsSection, name: str, **labels: str) -> float:
    """One gauge now; 0 where there is none of that name and labels. Blocks; raises OSError as `read` does."""
    for family in text_string_to_metric_families(_page(settings)):
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return float(sample.value)
    return 0.0


def _page(settings: MetricsSection) -> str:
    with urllib.request.urlopen(f"http://{settings.bind}:{settings.port}/metrics", timeout=TIMEOUT_S) as reply:
        return str(reply.read().decode())
