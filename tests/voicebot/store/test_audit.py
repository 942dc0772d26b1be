"""What is in the audit log stays as it was written: the database refuses changes, and what goes round it shows."""

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from voicebot.privacy.audit import Audit, AuditEntry
from voicebot.store.audit_tables import audit_log
from voicebot.store.database import StoreError
from voicebot.store.store import Store

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


async def written(store: Store, count: int = 4) -> Audit:
    """A log with one entry an hour."""
    hours = iter(range(count + 10))
    audit = Audit(store, now=lambda: NOON + timedelta(hours=next(hours)))
    for number in range(count):
        await audit.record("os:root", "data.revealed", f"call:{number}", {"字段": "值", "count": number, "ok": True})
    return audit


async def test_entries_come_back_as_they_were_recorded(store: Store) -> None:
    audit = await written(store)
    newest = (await audit.entries(limit=1))[0]
    assert (newest.id, newest.actor, newest.object, newest.at) == (4, "os:root", "call:3", NOON + timedelta(hours=3))
    assert json.loads(newest.detail) == {"字段": "值", "count": 3, "ok": True}
    assert [entry.id for entry in await audit.entries(object="call:1")] == [2]
    verified = await audit.verify()
    assert (verified.entries, verified.problem) == (4, None) and verified.head == f"4:{newest.hash}"


@pytest.mark.parametrize(
    "change",
    [
        sa.update(audit_log).values(actor="os:nobody"),
        sa.delete(audit_log).where(audit_log.c.id == 2),
        sa.delete(audit_log),
    ],
)
async def test_the_database_refuses_to_change_the_log(store: Store, change: sa.UpdateBase) -> None:
    audit = await written(store)
    with pytest.raises(StoreError, match="append-only"):
        await store.write(change)
    assert (await audit.verify()).entries == 4


def forged(entry: AuditEntry) -> str:
    """The owner of the database changes an entry and seals it again."""
    changed = AuditEntry(
        **{**{name: getattr(entry, name) for name in AuditEntry.__slots__}, "actor": "os:eve"}
    ).sealed()
    return f"UPDATE audit_log SET actor = 'os:eve', hash = '{changed.hash}' WHERE id = {entry.id}"


@pytest.mark.parametrize(
    ("tamper", "problem"),
    [
        (lambda entry: "UPDATE audit_log SET actor = 'os:eve' WHERE id = 2", "entry 2 is not as it was written"),
        (forged, "entry 3 is not as it was written"),
        (lambda entry: "DELETE FROM audit_log WHERE id = 2", "entry 2 is missing"),
    ],
)
async def test_what_was_done_behind_the_triggers_shows(
    tmp_path_factory: pytest.TempPathFactory, tamper: Callable[[AuditEntry], str], problem: str
) -> None:
    file = tmp_path_factory.mktemp("audit") / "store.db"
    async with Store(f"sqlite:///{file}") as store:
        audit = await written(store)
        entry = (await audit.entries(object="call:1"))[0]
        with sqlite3.connect(file) as owner:
            owner.executescript(f"DROP TRIGGER audit_log_update; DROP TRIGGER audit_log_delete; {tamper(entry)}")
        assert (await audit.verify()).problem == problem


async def test_a_log_that_was_cut_off_at_its_end_shows_against_a_head_noted_before(
    tmp_path: pytest.TempPathFactory,
) -> None:
    file = f"{tmp_path}/store.db"
    async with Store(f"sqlite:///{file}") as store:
        audit = await written(store)
        head = (await audit.verify()).head
        assert (await audit.verify(head)).problem is None
        with sqlite3.connect(file) as owner:
            owner.executescript("DROP TRIGGER audit_log_delete; DELETE FROM audit_log WHERE id > 2")
        assert (await audit.verify()).problem is None
        assert "ends before entry 4" in str((await audit.verify(head)).problem)


async def test_old_entries_go_by_a_cut_that_the_log_itself_tells_of(store: Store) -> None:
    audit = await written(store)
    head = (await audit.verify()).head
    assert await audit.cut(NOON + timedelta(minutes=90), "system") == 2
    assert await audit.cut(NOON + timedelta(minutes=90), "system") == 0
    assert [(entry.id, entry.action) for entry in await audit.entries()] == [
        (5, "audit.cut"), (4, "data.revealed"), (3, "data.revealed"),
    ]  # fmt: skip
    assert (await audit.verify(head)).problem is None
    await audit.record("os:root", "data.revealed", "call:9")
    assert await audit.cut(NOON + timedelta(days=9), "system") == 4
    verified = await audit.verify(head)
    assert (verified.entries, verified.problem) == (1, None)


async def test_several_processes_write_one_chain(store_url: str) -> None:
    async with Store(store_url) as one, Store(store_url) as other:
        for _ in range(3):
            await Audit(one).record("os:a", "data.revealed", "calls")
            await Audit(other).record("os:b", "data.revealed", "calls")
        verified = await Audit(one).verify()
        assert (verified.entries, verified.problem) == (6, None)
