"""When a delivery that failed is tried again: ever later, then never. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

FIRST: Final = timedelta(seconds=10)
FACTOR: Final = 3.0
LONGEST: Final = timedelta(hours=6)
ATTEMPTS: Final = 11
"""10 s, 30 s, 90 s, ... 6 h: the last one comes about a day after the first."""


def next_attempt(attempts: int, at: datetime) -> datetime | None:
    """attempts: those that have failed, the last one at `at`. None: it is given up."""
    if attempts >= ATTEMPTS:
        return None
    return at + min(LONGEST, FIRST * FACTOR ** (attempts - 1))
