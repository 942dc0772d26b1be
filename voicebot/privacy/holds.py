"""Calls that must be kept for a dispute or an inquiry: nothing of them is deleted or erased until they are released."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from voicebot.privacy.audit import append
from voicebot.store import rows, tables
from voicebot.store.hold_tables import legal_holds
from voicebot.store.store import Store


@dataclass(frozen=True, slots=True)
class LegalHold:
    call_id: str
    by: str
    """As the audit log names people."""
    reason: str
    at: datetime


class LegalHolds:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def hold(self, hold: LegalHold) -> bool:
        """False when there is no such call. Holding it again replaces the reason."""

        def work(connection: Connection) -> bool:
            known = sa.select(tables.calls.c.id).where(tables.calls.c.id == hold.call_id)
            if connection.execute(known).first() is None:
                return False
            connection.execute(sa.delete(legal_holds).where(legal_holds.c.call_id == hold.call_id))
            connection.execute(legal_holds.insert().values(asdict(hold)))
            append(connection, hold.by, "call.held", f"call:{hold.call_id}", {"reason": hold.reason}, at=hold.at)
            return True

        return await self._store.transact(work)

    async def release(self, call_id: str, *, by: str, at: datetime) -> bool:
        """False when it was not held."""

        def work(connection: Connection) -> bool:
            gone = connection.execute(sa.delete(legal_holds).where(legal_holds.c.call_id == call_id)).rowcount
            if gone:
                append(connection, by, "call.released", f"call:{call_id}", {}, at=at)
            return gone > 0

        return await self._store.transact(work)

    async def all(self) -> Sequence[LegalHold]:
        """Newest first."""
        query = sa.select(legal_holds).order_by(legal_holds.c.at.desc())
        return [rows.record(LegalHold, row) for row in await self._store.read(query)]
