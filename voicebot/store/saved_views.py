"""Views of the list of calls that a person has given a name."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from voicebot.store import rows
from voicebot.store.store import Store
from voicebot.store.view_tables import saved_views

LONGEST_NAME: Final = 40
LONGEST_QUERY: Final = 2000
MOST_VIEWS: Final = 50


@dataclass(frozen=True, slots=True)
class SavedView:
    id: str
    name: str
    query: str
    """As in the page's address, behind the question mark."""


class ViewsFull(Exception):
    """Somebody has as many views as are listed."""


class SavedViews:
    """Everybody has their own. Every method may raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, owner: str) -> list[SavedView]:
        """By name. owner: the actor's id."""
        query = sa.select(saved_views).where(saved_views.c.owner == owner).order_by(saved_views.c.name)
        return [rows.record(SavedView, row) for row in await self._store.read(query.limit(MOST_VIEWS))]

    async def save(self, owner: str, name: str, query: str, at: datetime) -> None:
        """In place of a view that has this name. Raises ViewsFull where one more would not be listed."""
        values = {"owner": owner, "name": name.strip()[:LONGEST_NAME], "query": query[:LONGEST_QUERY]}

        def work(connection: Connection) -> None:
            connection.execute(_of(owner).where(saved_views.c.name == values["name"]))
            kept = sa.select(sa.func.count()).where(saved_views.c.owner == owner)
            if connection.execute(kept).scalar_one() >= MOST_VIEWS:
                raise ViewsFull
            connection.execute(saved_views.insert().values(id=secrets.token_hex(8), created_at=at, **values))

        await self._store.transact(work)

    async def forget(self, owner: str, view_id: str) -> None:
        """Does nothing for a view that is not there or not theirs."""
        await self._store.transact(
            lambda connection: connection.execute(_of(owner).where(saved_views.c.id == view_id)).rowcount
        )


def _of(owner: str) -> sa.Delete:
    return sa.delete(saved_views).where(saved_views.c.owner == owner)
