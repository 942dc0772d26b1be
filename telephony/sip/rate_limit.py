"""Token buckets by key, in bounded memory: so much at once, so much per second."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at_s: float


class RateLimit:
    """Pure: time is passed in. A key unheard of has a full bucket."""

    def __init__(self, *, per_s: float, burst: float, max_keys: int) -> None:
        """`max_keys`: as many are remembered; the one unused for longest is forgotten first."""
        self._per_s = per_s
        self._burst = burst
        self._max_keys = max_keys
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        """Keys remembered."""
        return len(self._buckets)

    def take(self, key: str, now_s: float) -> bool:
        """Take a token; False when there is none."""
        bucket = self._buckets.pop(key, None) or _Bucket(self._burst, now_s)
        self._buckets[key] = bucket
        if len(self._buckets) > self._max_keys:
            self._buckets.popitem(last=False)
        bucket.tokens = self._tokens(bucket, now_s)
        bucket.filled_at_s = now_s
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True

    def exhausted(self, key: str, now_s: float) -> bool:
        """Whether `take` would fail, without taking."""
        bucket = self._buckets.get(key)
        return bucket is not None and self._tokens(bucket, now_s) < 1

    def _tokens(self, bucket: _Bucket, now_s: float) -> float:
        return min(self._burst, bucket.tokens + (now_s - bucket.filled_at_s) * self._per_s)
