"""Which past calls are meant, and how they are gone through."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from voicebot.store.store import Store
from voicebot.store.tables import calls

PAGE: Final = 100
"""Calls that are read together."""


@dataclass(frozen=True, slots=True)
class Period:
    """Calls that started in [since, until)."""

    since: datetime
    until: datetime | None = None

    @property
    def condition(self) -> sa.ColumnElement[bool]:
        begins = sa.and_(calls.c.ended_at.is_not(None), calls.c.started_at >= self.since)
        return begins if self.until is None else sa.and_(begins, calls.c.started_at < self.until)


async def pages(store: Store, period: Period) -> AsyncIterator[list[str]]:
    """The calls of a period by their ids, in order of start, so that a million need no more memory than a hundred."""
    after: sa.ColumnElement[bool] = sa.true()
    while True:
        query = sa.select(calls.c.id, calls.c.started_at).where(period.condition, after)
        found = await store.read(query.order_by(calls.c.started_at, calls.c.id).limit(PAGE))
        if not found:
            return
        yield [row["id"] for row in found]
        last = found[-1]
        after = sa.tuple_(calls.c.started_at, calls.c.id) > sa.tuple_(
            sa.literal(last["started_at"], calls.c.started_at.type), sa.literal(last["id"])
        )
