"""What a routing policy in the shadow would have done otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from voicebot.store import rows
from voicebot.store.call_figures import Period
from voicebot.store.floor_tables import shadow_differences as table
from voicebot.store.store import Store


@dataclass(frozen=True, slots=True)
class ShadowDifference:
    call_id: str
    at: datetime
    live_agent: str | None
    """None: went on waiting."""
    shadow_agent: str | None
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class ShadowCount:
    other_agent: int = 0
    only_live: int = 0
    """The shadow would have let the caller wait."""
    only_shadow: int = 0

    @property
    def total(self) -> int:
        return self.other_agent + self.only_live + self.only_shadow


class ShadowResults:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def count(self, period: Period) -> ShadowCount:
        other = table.c.live_agent.is_not(None) & table.c.shadow_agent.is_not(None)
        query = sa.select(
            *(
                sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0).label(name)
                for name, condition in (
                    ("other_agent", other),
                    ("only_live", table.c.shadow_agent.is_(None)),
                    ("only_shadow", table.c.live_agent.is_(None)),
                )
            )
        ).where(table.c.at >= period.since, table.c.at < period.until)
        return rows.record(ShadowCount, (await self._store.read(query))[0])

    async def latest(self, period: Period, limit: int) -> Sequence[ShadowDifference]:
        query = sa.select(table).where(table.c.at >= period.since, table.c.at < period.until)
        found = await self._store.read(query.order_by(table.c.at.desc(), table.c.id.desc()).limit(limit))
        return [rows.record(ShadowDifference, row) for row in found]
