"""Warnings about what peers send: said at once, but not as often as a flood could make us say them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic


class Complaints:
    """At most `burst` warnings in `interval_s` seconds; the next one says how many were left out."""

    def __init__(
        self,
        log: logging.Logger,
        *,
        burst: int = 5,
        interval_s: float = 10.0,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._log = log
        self._burst = burst
        self._interval_s = interval_s
        self._now = now
        self._interval_ends_s = 0.0
        self._said = 0
        self._left_out = 0

    def warn(self, message: str, *parts: object) -> None:
        now_s = self._now()
        if now_s >= self._interval_ends_s:
            self._interval_ends_s = now_s + self._interval_s
            self._said = 0
        if self._said == self._burst:
            self._left_out += 1
            return
        self._said += 1
        if self._left_out:
            message += " (%d like it were not logged)"
            parts = (*parts, self._left_out)
            self._left_out = 0
        self._log.warning(message, *parts)
