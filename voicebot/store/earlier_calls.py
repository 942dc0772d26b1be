"""What a number's earlier calls tell about whoever calls from it now."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from dialect_router.dialects import STANDARD
from voicebot.store.floor_tables import offers
from voicebot.store.store import Store
from voicebot.store.tables import calls

LATEST: Final = 10
"""Calls looked at."""


async def served_dialects(store: Store, number: str) -> list[str]:
    """The dialects in which this number was really served, a tag for each of its latest calls in which it was.

    By an agent who speaks what the caller was believed to, or by the assistant in Cantonese. Standard Mandarin tells
    nothing, for it is what everybody is served in otherwise. Raises StoreError.
    """
    ended = (calls.c.caller_number == number, calls.c.ended_at.is_not(None))
    newest_first = sa.select(calls.c.id, calls.c.language).where(*ended).order_by(calls.c.started_at.desc())
    latest = newest_first.limit(LATEST).subquery()
    served_by = sa.and_(offers.c.call_id == latest.c.id, offers.c.joined_at.is_not(None), offers.c.dialect_matched)
    query = sa.select(latest.c.id, latest.c.language, offers.c.dialect).outerjoin_from(latest, offers, served_by)
    served: dict[str, str] = {}
    for row in await store.read(query):
        tag = row["dialect"] or row["language"]
        if tag and tag != STANDARD:
            served[row["id"]] = tag
    return list(served.values())
