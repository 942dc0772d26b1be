"""Writes what happens on the floor in the order in which it happened, behind the back of those who act."""

from __future__ import annotations

import asyncio

import structlog

from voicebot.store.ordered_writes import OrderedWrites, Write

log = structlog.get_logger(__name__)

MOST_WAITING = 10_000
"""Writes kept while the store is away; beyond it the newest are lost, and said to be."""


class FloorLog:
    """Nobody on the floor waits for the store, and no phone rings later for it."""

    def __init__(self) -> None:
        self._writes = OrderedWrites()

    def put(self, write: Write) -> None:
        if len(self._writes) < MOST_WAITING:
            self._writes.put(write)
        else:
            log.error("floor_record_lost", waiting=MOST_WAITING)

    async def run(self) -> None:
        """Until cancelled; then what waits is written, as far as the store takes it."""
        try:
            await asyncio.Event().wait()
        finally:
            await self._writes.finish()
