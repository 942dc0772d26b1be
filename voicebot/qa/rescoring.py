"""Scores calls of the past again: read in batches, scored wherever `Batches` does it, written in batches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa

from voicebot.company import Company
from voicebot.lifetime import plain_errors
from voicebot.qa.batches import Batches
from voicebot.qa.periods import Period, pages
from voicebot.qa.reading import read_materials
from voicebot.qa.review.calibrating import assist_only
from voicebot.qa.scorecard.model import Scorecard
from voicebot.qa.scores import ScoreStore
from voicebot.store.store import Store


class Rescoring:
    """Every ended call of a period. Every method may raise StoreError."""

    def __init__(self, store: Store, company: Company, cards: Sequence[Scorecard]) -> None:
        self._store = store
        self._book = ScoreStore(store)
        self._company = company
        self._cards = cards

    async def count(self, period: Period) -> int:
        found = await self._store.read(sa.select(sa.func.count().label("calls")).where(period.condition))
        return int(found[0]["calls"])

    async def run(
        self, period: Period, batches: Batches, *, as_of: datetime, done: Callable[[int], None] = lambda calls: None
    ) -> int:
        """Returns how many calls were scored. done: told of each batch that is written."""
        room = asyncio.Semaphore(batches.workers + 1)  # one is read ahead; more would only wait in memory
        sizes: list[int] = []
        assisting = await assist_only(self._store)

        async def one(ids: Sequence[str]) -> None:
            try:
                materials = await read_materials(self._store, self._company, ids, as_of=as_of)
                await self._book.keep(await batches.score(materials, assisting), self._cards, at=as_of)
            finally:
                room.release()
            sizes.append(len(materials))
            done(len(materials))

        try:
            async with asyncio.TaskGroup() as tasks:
                async for ids in pages(self._store, period):
                    await room.acquire()
                    tasks.create_task(one(ids))
        except ExceptionGroup as group:
            raise next(plain_errors(group)) from None
        return sum(sizes)
