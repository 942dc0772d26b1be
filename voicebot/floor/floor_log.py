"""Writes what happens on the floor in the order in which it happened, behind the back of those who act."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from voicebot.store.store import StoreError

log = structlog.get_logger(__name__)

Write = Callable[[], Awaitable[None]]

MOST_WAITING = 10_000
"""Writes kept while the store is away; beyond it the newest are lost, and said to be."""


class FloorLog:
    """A queue of writes with one worker. Nobody on the floor waits for the store, and no phone rings later for it."""

    def __init__(self) -> None:
        self._writes: asyncio.Queue[Write] = asyncio.Queue(MOST_WAITING)

    def put(self, write: Write) -> None:
        try:
            self._writes.put_nowait(write)
        except asyncio.QueueFull:
            log.error("floor_record_lost", waiting=MOST_WAITING)

    async def run(self) -> None:
        """Until cancelled; then what waits is written, as far as the store takes it."""
        try:
            while True:
                await _written(await self._writes.get())
        finally:
            while not self._writes.empty():
                await _written(self._writes.get_nowait())


async def _written(write: Write) -> None:
    try:
        await write()
    except StoreError as error:
        log.error("floor_record_not_written", reason=str(error))
