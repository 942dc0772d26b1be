"""Midnight where the company is: what agents have worked counts anew, so that a fair share is one of today's work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Final

from dialect_router.presence import PresenceBoard

LOOK_EVERY_S: Final = 30.0
"""Not one sleep until midnight: clocks are set, and time zones are edited."""


async def begin_days_anew(board: PresenceBoard, today: Callable[[], date]) -> None:
    """Until cancelled. today: the day by the company's own calendar."""
    day = today()
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        if (now := today()) != day:
            day = now
            board.on_new_day(asyncio.get_running_loop().time())
