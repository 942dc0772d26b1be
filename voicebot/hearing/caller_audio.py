"""What the caller said, addressed by time: the last half minute of one call's inbound audio."""

import numpy as np
from numpy.typing import NDArray

KEPT_S = 40.0
"""Longer than the longest utterance with all its pauses."""


class CallerAudio:
    """A ring of 8 kHz samples. Times are seconds since the call was answered."""

    def __init__(self, rate_hz: int = 8000, kept_s: float = KEPT_S) -> None:
        self._rate_hz = rate_hz
        self._ring = np.zeros(int(kept_s * rate_hz), np.int16)
        self._written = 0

    @property
    def duration_s(self) -> float:
        """Audio heard since the answer: the call's clock."""
        return self._written / self._rate_hz

    def append(self, samples: NDArray[np.int16]) -> None:
        start = self._written % len(self._ring)
        head = samples[: len(self._ring) - start]
        self._ring[start : start + len(head)] = head
        self._ring[: len(samples) - len(head)] = samples[len(head) :]
        self._written += len(samples)

    def between(self, start_s: float, end_s: float) -> NDArray[np.int16]:
        """A copy of the samples from start_s to end_s, cut to what is still (and already) there."""
        oldest = max(0, self._written - len(self._ring))
        start = min(max(int(start_s * self._rate_hz), oldest), self._written)
        end = min(max(int(end_s * self._rate_hz), start), self._written)
        positions = np.arange(start, end) % len(self._ring)
        return self._ring[positions]
