"""The changes that the store keeps: what was in a file before and after, who changed it, when and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from voicebot.privacy import audit
from voicebot.store import rows
from voicebot.store.change_tables import company_changes
from voicebot.store.store import Store

CHANGED: Final = "company.changed"
LONGEST_COMMENT: Final = 300
_LOCK: Final = 0x636F6D70  # any number, the same in every process: "comp"


@dataclass(frozen=True, slots=True)
class Change:
    """One published version of one file."""

    id: int
    at: datetime
    author: str
    """As the audit log names it."""
    author_name: str
    comment: str
    file: str
    before: str | None
    """None: there was no such file."""
    after: str | None
    """None: the file was taken away."""
    restores: int | None
    """The change whose version this one brought back."""


class NewerChange(Exception):
    """Somebody else's change of the file has come first."""


class ChangeBook:
    """Every method may raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def latest(self, *, file: str = "", kind: str = "", limit: int = 50, offset: int = 0) -> list[Change]:
        """Newest first. kind: of a folder, as "knowledge"."""
        query = sa.select(company_changes).order_by(company_changes.c.id.desc()).limit(limit).offset(offset)
        if file:
            query = query.where(company_changes.c.file == file)
        if kind:
            query = query.where(company_changes.c.file.startswith(f"{kind}/", autoescape=True))
        return [rows.record(Change, row) for row in await self._store.read(query)]

    async def get(self, change_id: int) -> Change | None:
        found = await self._store.read(sa.select(company_changes).where(company_changes.c.id == change_id))
        return rows.record(Change, found[0]) if found else None

    async def after(self, change_id: int) -> Sequence[Change]:
        """Those that came later, oldest first."""
        query = sa.select(company_changes).where(company_changes.c.id > change_id).order_by(company_changes.c.id)
        return [rows.record(Change, row) for row in await self._store.read(query)]

    async def add(self, change: Change, *, seen: int) -> int:
        """Keeps it, with its line in the audit log, and returns its id (`change.id` does not count).

        seen: id of the newest change that its author's folder holds. Raises NewerChange where the file has a later one.
        """
        values = asdict(change)
        del values["id"]

        def work(connection: Connection) -> int:
            if connection.dialect.name == "postgresql":  # SQLite's write lock is held already
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            newer = sa.select(company_changes.c.id).where(
                company_changes.c.file == change.file, company_changes.c.id > seen
            )
            if connection.execute(newer.limit(1)).first():
                raise NewerChange
            insert = company_changes.insert().values(values).returning(company_changes.c.id)
            number = int(connection.execute(insert).scalar_one())
            detail: audit.Detail = {"change": number, "comment": change.comment, "restores": change.restores}
            audit.append(connection, change.author, CHANGED, f"file:{change.file}", detail, at=change.at)
            return number

        return await self._store.transact(work)
