"""Lines that strangers provoke: some are written, the rest counted, so that nobody drives out what else was logged."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import structlog

log = structlog.get_logger(__name__)

WINDOW_S: Final = 600.0
MOST_OF_ONE: Final = 5
"""Lines about one event and address in a window."""
MOST_OF_ALL: Final = 30
"""Lines about one event in a window: with 300 bytes each, 1.3 MB a day, of the 40 MB that are kept."""
MOST_ADDRESSES: Final = 1000
"""Counted apart; an attacker may have more than memory."""


@dataclass(slots=True)
class _Window:
    written: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


class SparingLog:
    """Warnings with an address. What was left out is told once, when the window ends that the first line began."""

    def __init__(self, *, window_s: float = WINDOW_S) -> None:
        self._window_s = window_s
        self._windows: dict[str, _Window] = {}

    def warning(self, event: str, *, address: str, **values: object) -> None:
        """event: one of a few words of ours."""
        window = self._windows.get(event)
        if window is None:
            window = self._windows[event] = _Window()
            asyncio.get_running_loop().call_later(self._window_s, self._end, event)
        if window.written[address] < MOST_OF_ONE and window.written.total() < MOST_OF_ALL:
            window.written[address] += 1
            log.warning(event, address=address, **values)
        else:
            known = address in window.left_out or len(window.left_out) < MOST_ADDRESSES
            window.left_out[address if known else ""] += 1

    def _end(self, event: str) -> None:
        left_out = self._windows.pop(event).left_out
        if left_out:
            log.warning(
                f"{event}_more",
                left_out=left_out.total(),
                addresses=len(left_out),
                most_from=dict(left_out.most_common(3)),
                within_s=self._window_s,
            )
