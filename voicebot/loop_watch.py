"""How long an event loop works without looking at its sockets and timers: every other call waits for so long."""

from __future__ import annotations

import selectors
import time
from collections.abc import Callable
from typing import Final

LONG_S: Final = 0.001
"""Shorter stretches of work are nobody's business."""


class WatchedSelector(selectors.DefaultSelector):
    """For `asyncio.SelectorEventLoop`: what lies between two selections is one stretch of the loop's work.

    Work is counted in processor time of the loop's thread: when the machine takes the processor away, or another
    thread holds the interpreter, that is seen as lag (metrics.py), and no callback is at fault.
    """

    def __init__(self, on_long: Callable[[float], None] | None = None) -> None:
        """on_long: told of each stretch of more than LONG_S, in seconds."""
        super().__init__()
        self.on_long = on_long
        self._woke_s: float | None = None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self._woke_s is not None:
            worked_s = time.thread_time() - self._woke_s
            if worked_s > LONG_S and self.on_long is not None:
                self.on_long(worked_s)
        ready = super().select(timeout)
        self._woke_s = time.thread_time()
        return ready
