"""How many requests a program or person may send: a bucket of permits that fills up evenly. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MOST_BUCKETS: Final = 10_000


@dataclass(slots=True)
class _Bucket:
    permits: float
    at_s: float


class RateLimit:
    """`per_minute` requests on average; up to `burst` of them at once."""

    def __init__(self, *, per_minute: int, burst: int) -> None:
        self._per_s = per_minute / 60
        self._burst = float(burst)
        self._buckets: dict[str, _Bucket] = {}

    def wait_s(self, who: str, *, at_s: float) -> float:
        """Takes a permit and returns 0, or says after how many seconds there will be one. at_s: a steady clock's."""
        bucket = self._buckets.pop(who, None) or _Bucket(self._burst, at_s)
        bucket.permits = min(self._burst, bucket.permits + (at_s - bucket.at_s) * self._per_s)
        bucket.at_s = at_s
        self._buckets[who] = bucket  # last in the order of use
        if len(self._buckets) > MOST_BUCKETS:
            del self._buckets[next(iter(self._buckets))]
        if bucket.permits >= 1:
            bucket.permits -= 1
            return 0.0
        return (1 - bucket.permits) / self._per_s
