"""Who saw, heard, exported or changed what: an append-only log in which each entry seals all entries before it.

Entries are numbered without gaps, and each holds the hash of the one before, so that a changed, removed or inserted
entry shows. Somebody who may write to the database as its owner can still cut off the newest entries or make a whole
new log: against that, note the head that `voicebot audit verify` prints somewhere else, and give it to a later one.
"""

from __future__ import annotations

import getpass
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from voicebot.store import rows
from voicebot.store.audit_tables import audit_log
from voicebot.store.store import Store

Detail = Mapping[str, str | int | bool | None]
CUT: Final = "audit.cut"
"""Action of the entry that tells that all up to the entry `object` were deleted for their age."""
_BEGINNING: Final = "0" * 64
_LOCK: Final = 0x61756469  # any number, the same in every process: "audi"
_CHUNK: Final = 5000


@dataclass(frozen=True, slots=True)
class AuditEntry:
    id: int
    at: datetime
    actor: str
    """`account:ID`, `key:ID`, `os:USER` for the command line, `system` for jobs."""
    action: str
    """What was done, as object.verb: call.revealed, recording.heard, customer.erased."""
    object: str
    """What it was done to: `call:ID`, `customer:NUMBER MASKED`."""
    detail: str
    """JSON, as it was hashed. No personal data in the clear."""
    previous: str
    hash: str = ""

    def sealed(self) -> AuditEntry:
        return replace(self, hash=self.right_hash())

    def right_hash(self) -> str:
        at = self.at.astimezone(UTC).isoformat()
        told = [self.id, at, self.actor, self.action, self.object, self.detail, self.previous]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Verified:
    """`problem` is None when every entry is as it was written. `head`: ID:HASH of the newest entry."""

    entries: int
    head: str
    problem: str | None


def this_user() -> str:
    """The actor of what is done on the command line."""
    try:
        return f"os:{getpass.getuser()}"
    except (KeyError, OSError):  # a user id without a name, as in containers
        return "os:unknown"


def append(connection: Connection, actor: str, action: str, object: str, detail: Detail, *, at: datetime) -> None:
    """Add an entry within the transaction of what it tells about."""
    if connection.dialect.name == "postgresql":  # SQLite's write lock is held already
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    last = connection.execute(sa.select(audit_log).order_by(audit_log.c.id.desc()).limit(1)).mappings().first()
    text = json.dumps(detail, ensure_ascii=False, sort_keys=True)
    entry = AuditEntry(
        id=last["id"] + 1 if last else 1,
        at=at,
        actor=actor,
        action=action,
        object=object,
        detail=text,
        previous=last["hash"] if last else _BEGINNING,
    ).sealed()
    connection.execute(audit_log.insert().values(asdict(entry)))


class Audit:
    """The log of one store."""

    def __init__(self, store: Store, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._now = now

    async def record(self, actor: str, action: str, object: str, detail: Detail | None = None) -> None:
        """Committed when this returns: to be called before what it tells about is shown."""
        at = self._now()
        await self._store.transact(lambda connection: append(connection, actor, action, object, detail or {}, at=at))

    async def entries(
        self,
        *,
        limit: int = 100,
        actor: str | None = None,
        action: str | None = None,
        object: str | None = None,
        before: int | None = None,
    ) -> list[AuditEntry]:
        """The latest entries, newest first. before: an entry's number, than which all are older."""
        query = sa.select(audit_log).order_by(audit_log.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(audit_log.c.id < before)
        columns = audit_log.c
        for column, wanted in ((columns.actor, actor), (columns.action, action), (columns.object, object)):
            if wanted is not None:
                query = query.where(column == wanted)
        return [rows.record(AuditEntry, row) for row in await self._store.read(query)]

    async def actions(self) -> list[str]:
        """All that were ever done, in alphabetical order."""
        query = sa.select(audit_log.c.action).distinct().order_by(audit_log.c.action)
        return [str(row["action"]) for row in await self._store.read(query)]

    async def verify(self, noted_head: str | None = None) -> Verified:
        """Whether the log is whole. noted_head: ID:HASH that an earlier verification printed."""
        expected, last = await self._beginning()
        noted_id, noted_hash = _noted(noted_head)
        seen = noted_id is None or noted_id <= expected
        count = 0
        while entries := await self._after(expected):
            for entry in entries:
                if (wrong := _problem(entry, expected + 1, last)) is not None:
                    return Verified(count, f"{expected}:{last}", wrong)
                if entry.id == noted_id and entry.hash != noted_hash:
                    return Verified(count, f"{expected}:{last}", f"entry {entry.id} is not the one noted before")
                seen = seen or entry.id == noted_id
                expected, last, count = entry.id, entry.hash, count + 1
        problem = None if seen else f"the log ends before entry {noted_id}, which was noted before"
        return Verified(count, f"{expected}:{last}", problem)

    async def _beginning(self) -> tuple[int, str]:
        """Number and hash of the entry before the oldest one that is left."""
        cuts = await self._store.read(
            sa.select(audit_log).where(audit_log.c.action == CUT).order_by(audit_log.c.id.desc()).limit(1)
        )
        return (int(cuts[0]["object"]), json.loads(cuts[0]["detail"])["hash"]) if cuts else (0, _BEGINNING)

    async def _after(self, id: int) -> Sequence[AuditEntry]:
        query = sa.select(audit_log).where(audit_log.c.id > id).order_by(audit_log.c.id).limit(_CHUNK)
        return [rows.record(AuditEntry, row) for row in await self._store.read(query)]

    async def cut(self, before: datetime, actor: str) -> int:
        """Delete the entries older than `before`, and tell of it in a new one. Returns how many."""
        at = self._now()
        return await self._store.transact(lambda connection: _cut(connection, before, actor, at))


def _cut(connection: Connection, before: datetime, actor: str, at: datetime) -> int:
    old = sa.select(audit_log.c.id, audit_log.c.hash).where(audit_log.c.at < before).order_by(audit_log.c.id.desc())
    newest = connection.execute(old.limit(1)).first()
    if newest is None:
        return 0
    append(connection, actor, CUT, str(newest.id), {"hash": newest.hash}, at=at)
    return connection.execute(sa.delete(audit_log).where(audit_log.c.id <= newest.id)).rowcount


def _problem(entry: AuditEntry, number: int, previous: str) -> str | None:
    """What is wrong with the entry that follows the one with the hash `previous`."""
    if entry.id != number:
        return f"entry {number} is missing"
    whole = entry.previous == previous and entry.hash == entry.right_hash()
    return None if whole else f"entry {entry.id} is not as it was written"


def _noted(head: str | None) -> tuple[int | None, str]:
    if not head:
        return None, ""
    number, _, hash = head.partition(":")
    return int(number), hash
