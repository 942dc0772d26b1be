"""What an agent worked yesterday does not count against them today, and counts until midnight."""

from __future__ import annotations

import asyncio
from datetime import date

from dialect_router.agents import Agent
from dialect_router.presence import PresenceBoard, PresenceConfig
from tests.virtual_time import in_virtual_time
from voicebot.background import background
from voicebot.floor.new_day import LOOK_EVERY_S, begin_days_anew


@in_virtual_time
async def test_occupancy_begins_anew_at_midnight_and_not_before() -> None:
    time = asyncio.get_running_loop().time
    days = [date(2026, 11, 30)]
    board = PresenceBoard([Agent("8001", "罗敏")], time(), PresenceConfig(wrap_up_s=0))
    board.on_ready("8001", time())
    board.on_offered("8001", "a", time())
    board.on_answered("8001", "a", time())
    async with background(begin_days_anew(board, lambda: days[-1])):
        await asyncio.sleep(10 * LOOK_EVERY_S)
        board.on_ended("8001", "a", time())
        await asyncio.sleep(LOOK_EVERY_S)
        assert board.state("8001").occupancy(time()) > 0.8
        days.append(date(2026, 12, 1))
        await asyncio.sleep(1.5 * LOOK_EVERY_S)
        assert board.state("8001").occupancy(time()) == 0.0
