"""What is old enough goes, a customer can be erased from all tables and files, and what is held stays."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.voicebot.store.samples import NOON
from voicebot.events import CallStarted, TurnFinished
from voicebot.privacy import retention
from voicebot.privacy.audit import Audit
from voicebot.privacy.data_map import HOLDINGS, NamesCall, OfCall, OfNumber, every_table, table
from voicebot.privacy.erasure import erase, plan_erasure
from voicebot.privacy.holds import LegalHold, LegalHolds
from voicebot.privacy.retention import Sweep, Swept
from voicebot.privacy.settings import RetentionSection
from voicebot.store import tables
from voicebot.store.database import Database, StoreError
from voicebot.store.recording_gaps import RecordingGaps
from voicebot.store.records import CallRecord, CustomerRecord, TaskRecord, TurnRecord
from voicebot.store.saved_views import SavedViews
from voicebot.store.store import Store

ANNA, BERT = "+8613800138000", "+8613900139000"
NOW = NOON + timedelta(days=100)


# The map


def test_every_table_of_the_database_is_on_the_map(store_url: str) -> None:
    """A new table: say in data_map.py what of customers it holds, so that it is erased with them."""
    database = Database(store_url)
    database.migrate()
    names = set(database.read(lambda connection: sa.inspect(connection).get_table_names()))
    database.close()
    ours = {name for name in names if not name.startswith(("turn_search", "alembic"))}
    assert ours == set(HOLDINGS) == {table.name for table in every_table()}


@pytest.mark.parametrize("name", [name for name, holding in HOLDINGS.items() if isinstance(holding, OfCall)])
def test_rows_of_a_call_go_with_it_by_foreign_keys(name: str) -> None:
    at = table(name)
    while at is not tables.calls:
        key = next(
            key
            for key in at.foreign_keys
            if key.column.table is tables.calls or isinstance(HOLDINGS[key.column.table.name], OfCall)
        )
        assert key.ondelete == "CASCADE", f"{at.name}.{key.parent.name}"
        at = key.column.table


def test_the_columns_on_the_map_exist() -> None:
    for name, holding in HOLDINGS.items():
        match holding:
            case OfNumber(columns):
                assert set(columns) <= set(table(name).c.keys())
            case NamesCall(column=column, age=age):
                assert {column, age} <= set(table(name).c.keys())
            case OfCall(blank=blank) if blank:
                assert set(blank) <= set(table(name).c.keys())
            case _:
                pass


def test_a_table_with_a_column_for_numbers_or_calls_is_not_called_nobody_s() -> None:
    personal = ("customer_number", "caller_number", "phone", "call_id")
    for name, holding in HOLDINGS.items():
        if type(holding).__name__ == "NobodysData" and name != "legal_holds":
            assert not set(personal) & set(table(name).c.keys()), name


# Deleting


def recordings(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.wav")}


async def filled(store: Store, folder: Path, call_id: str, number: str, *, days_ago: int) -> CallRecord:
    """A call with turns, a task, a gap, an event and a recording."""
    at = NOW - timedelta(days=days_ago)
    path = folder / f"{call_id}.wav"
    path.write_bytes(b"sound")
    call = CallRecord(call_id, "leg", "inbound", number, "4008008820", at, customer_number=number)
    started = CallStarted(call_id, at, "inbound", number, "4008008820")
    await store.open_call(call, events=[started])
    await store.answer_call(call_id, at, recording_path=str(path))
    turn = TurnRecord(call_id, 0, "caller", f"我的电话是{number[3:]}", 0, 2000, slots={"phone": number})
    await store.add_turn(turn, events=[TurnFinished(call_id, at, 0, "caller", "…")])
    await RecordingGaps(store).begin(call_id, 0, "flow")
    await store.add_task(TaskRecord(f"task-{call_id}", call_id, "callback", number, f"回电{number}", at))
    await store.end_call(call_id, at, outcome="resolved", end_reason="hangup")
    return call


def sweep(store: Store, *, node: str = "here", **days: int) -> Sweep:
    return Sweep(store, RetentionSection(**days), node=node, now=lambda: NOW)


async def ids(store: Store) -> set[str]:
    return {call.id for call in await store.calls()}


async def test_each_class_is_kept_as_long_as_its_own_days(store: Store, tmp_path: Path) -> None:
    await filled(store, tmp_path, "new", ANNA, days_ago=5)
    await filled(store, tmp_path, "older", ANNA, days_ago=20)
    await filled(store, tmp_path, "oldest", ANNA, days_ago=50)
    days = {"recordings_days": 10, "transcripts_days": 30, "calls_days": 0}
    assert await sweep(store, **days).preview() == Swept(recordings=2, transcripts=1)
    assert await sweep(store, **days).run() == Swept(recordings=2, transcripts=1)
    assert recordings(tmp_path) == {"new.wav"}
    assert {call.id: call.recording_path is None for call in await store.calls()} == {
        "new": False, "older": True, "oldest": True,
    }  # fmt: skip
    assert [len(await store.turns(call)) for call in ("new", "older", "oldest")] == [1, 1, 0]
    assert await swept_entries(store) == ['{"recordings": 2}', '{"transcripts": 1}']
    assert not (await sweep(store, **days).run()).anything
    assert len(await Audit(store).entries()) == 2


async def swept_entries(store: Store) -> list[str]:
    """What the entries of sweeps say, the first one first."""
    entries = await Audit(store).entries(action="data.swept", actor="system")
    return [entry.detail for entry in reversed(entries)]


async def test_what_a_sweep_deleted_that_was_broken_off_is_written_down_and_the_next_one_finishes_it(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MOST_AT_ONCE", 1)
    async with Store(store_url, node="here") as store:
        for call_id, days_ago in (("oldest", 90), ("old", 50), ("older", 60), ("new", 1)):
            await filled(store, tmp_path, call_id, ANNA, days_ago=days_ago)
        for seq, call_id in enumerate(("old", "older", "new"), 1):
            await store.add_turn(TurnRecord(call_id, seq, "caller", SAID[call_id], 3000, 5000))
        with pytest.raises(InterruptedError):  # once words are gone, between two parts of the calls
            await sweep(store, transcripts_days=30, calls_days=55).run(done=broken_off)
        assert await ids(store) == {"old", "older", "new"}
        assert await swept_entries(store) == ['{"transcripts": 1}'] * 3 + ['{"calls": 1}']
    if store_url.startswith("sqlite"):
        assert indexed(tmp_path) == set(SAID), "the index has forgotten by itself: this shows nothing any more"
    async with Store(store_url, node="here") as store:
        assert not (await sweep(store, transcripts_days=30).run()).anything
        assert len(await swept_entries(store)) == 4
    if store_url.startswith("sqlite"):
        assert indexed(tmp_path) == {"new"}


def broken_off(what: str, _count: int) -> None:
    """By the power, or the operator."""
    if what == "calls":
        raise InterruptedError


SAID = {"old": "他说龘龖", "older": "她说麤鱻", "new": "我说靐齉"}


def indexed(folder: Path) -> set[str]:
    """Of which calls the database's file holds what was said; its write-ahead log is folded in."""
    file = (folder / "store.db").read_bytes()
    return {call_id for call_id, said in SAID.items() if said[-2:].encode() in file}


def stuck_recording(folder: Path, call_id: str) -> str:
    """In place of the call's recording something that cannot be deleted, by root either."""
    path = folder / f"{call_id}.wav"
    path.unlink()
    path.mkdir()
    return str(path)


def can_be_deleted(*stuck: str) -> None:
    for path in stuck:
        Path(path).rmdir()


@pytest.mark.parametrize("parts", [1, 2, 200])
async def test_a_recording_that_cannot_be_deleted_keeps_its_call_and_the_others_go(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: int
) -> None:
    monkeypatch.setattr(retention, "MOST_AT_ONCE", parts)
    for call_id, days_ago in (("a", 50), ("b", 60), ("c", 50), ("d", 40), ("new", 1)):
        await filled(store, tmp_path, call_id, ANNA, days_ago=days_ago)
    stuck = [stuck_recording(tmp_path, call_id) for call_id in ("a", "b")]
    done: list[tuple[str, int]] = []
    swept = await sweep(store, recordings_days=45, calls_days=30).run(
        done=lambda what, count: done.append((what, count))
    )
    assert (swept.recordings, swept.calls, set(swept.not_deleted)) == (1, 2, set(stuck))
    assert all("directory" in why.lower() or "permitted" in why for why in swept.not_deleted.values())
    assert await ids(store) == {"a", "b", "new"} and recordings(tmp_path) == {"a.wav", "b.wav", "new.wav"}
    assert [sum(count for what, count in done if what == each) for each in ("recordings", "calls")] == [3, 4]
    can_be_deleted(*stuck)
    swept = await sweep(store, calls_days=30).run()
    assert (swept.calls, swept.not_deleted) == (2, {}) and await ids(store) == {"new"}


async def test_nothing_is_deleted_where_no_days_are_set(store: Store, tmp_path: Path) -> None:
    await filled(store, tmp_path, "old", ANNA, days_ago=90)
    assert not (await sweep(store).run()).anything and await ids(store) == {"old"}


async def test_old_calls_go_with_all_that_hangs_on_them_and_tasks_and_events_by_their_own_days(
    store: Store, tmp_path: Path
) -> None:
    await filled(store, tmp_path, "old", ANNA, days_ago=50)
    await filled(store, tmp_path, "new", ANNA, days_ago=1)
    await store.set_task_status("task-new", "done")
    swept = await sweep(store, calls_days=30, tasks_days=30, events_days=30).run()
    assert (swept.calls, swept.tasks) == (1, 0) and await ids(store) == {"new"}
    assert {task.id for task in await store.tasks()} == {"task-old", "task-new"}
    assert all("/new/" in event.topic for event in await store.pending_events())
    await store.set_task_status("task-old", "done")
    assert (await sweep(store, tasks_days=30).run()).tasks == 1


async def test_what_is_held_or_lies_on_another_machine_stays(store: Store, tmp_path: Path) -> None:
    await filled(store, tmp_path, "held", ANNA, days_ago=50)
    holds = LegalHolds(store)
    assert await holds.hold(LegalHold("held", "os:judge", "诉讼", NOW))
    assert not await holds.hold(LegalHold("nothing", "os:judge", "诉讼", NOW))
    everything = {"recordings_days": 1, "transcripts_days": 1, "calls_days": 1, "tasks_days": 1}
    assert not (await sweep(store, **everything).run()).anything
    with pytest.raises(StoreError):
        await store.write(sa.delete(tables.calls).where(tables.calls.c.id == "held"))
    assert await holds.release("held", by="os:judge", at=NOW) and not await holds.release("held", by="os:x", at=NOW)
    assert (await sweep(store, node="elsewhere", recordings_days=1, calls_days=1).run()).recordings == 0
    assert await ids(store) == {"held"}
    assert (await sweep(store, calls_days=1).run()).calls == 1
    assert [entry.action for entry in await Audit(store).entries()] == ["data.swept", "call.released", "call.held"]


# Erasing


async def anna_and_bert(store: Store, folder: Path) -> None:
    for number, name in ((ANNA, "王安娜"), (BERT, "李伯特")):
        await store.import_company([CustomerRecord(number, name)], [])
    await filled(store, folder, "anna-1", ANNA, days_ago=3)
    await filled(store, folder, "anna-2", ANNA, days_ago=2)
    await filled(store, folder, "bert", BERT, days_ago=1)
    said = TurnRecord("bert", 1, "caller", f"打我爱人电话{ANNA[3:]}", 3000, 5000, slots={"number": ANNA})
    await store.add_turn(said)
    await SavedViews(store).save("eve", "这几天", f"words={ANNA[3:]}&from=2026-11-01", NOW)


async def everything(store: Store) -> str:
    """All rows of all tables but the audit log, as text."""
    rows = [await store.read(sa.select(each)) for each in every_table() if each.name != "audit_log"]
    return repr([dict(row) for found in rows for row in found])


async def test_a_customer_is_erased_from_all_tables_and_files_and_nobody_else_is(store: Store, tmp_path: Path) -> None:
    await anna_and_bert(store, tmp_path)
    plan = await plan_erasure(store, ANNA)
    assert (plan.rows["calls"], plan.rows["turns"], plan.rows["customers"], plan.rows["tasks"]) == (2, 2, 1, 2)
    assert (len(plan.recordings), plan.mentions, plan.complete) == (2, {"turns": 1, "saved_views": 1}, True)
    assert ANNA in await everything(store)
    receipt = await erase(store, ANNA, actor="os:root", at=NOW)
    assert receipt == plan
    left = await everything(store)
    assert ANNA[3:] not in left and "安娜" not in left and "anna-" not in left
    assert "打我爱人电话***" in left and BERT in left and "李伯特" in left
    assert recordings(tmp_path) == {"bert.wav"}
    (entry,) = await Audit(store).entries()
    assert (entry.action, entry.object) == ("customer.erased", "customer:+86138******00")
    assert not (await plan_erasure(store, ANNA)).rows


async def test_erased_words_are_not_left_in_the_database_s_file(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    async with Store(f"sqlite:///{file}", node="here") as store:
        await anna_and_bert(store, tmp_path)
        await erase(store, ANNA, actor="os:root", at=NOW)
        await store.transact(lambda connection: None)
    async with Store(f"sqlite:///{file}") as store:  # the last connection that closes folds the write-ahead log in
        assert await ids(store) == {"bert"}
    assert "王安娜".encode() not in file.read_bytes() and ANNA.encode() not in file.read_bytes()


async def test_calls_that_are_held_or_going_on_are_named_and_stay(store: Store, tmp_path: Path) -> None:
    await anna_and_bert(store, tmp_path)
    await LegalHolds(store).hold(LegalHold("anna-1", "os:judge", "诉讼", NOW))
    going = CallRecord("now", "leg", "inbound", ANNA, "4008008820", NOW)
    await store.open_call(going)
    receipt = await erase(store, ANNA, actor="os:root", at=NOW)
    assert (receipt.calls, receipt.held, receipt.going_on, receipt.complete) == (
        ("anna-2",),
        ("anna-1",),
        ("now",),
        False,
    )
    assert await ids(store) == {"anna-1", "now", "bert"}
    assert {task.id for task in await store.tasks()} == {"task-anna-1", "task-bert"}


async def test_a_recording_on_another_machine_is_named(store: Store, tmp_path: Path) -> None:
    call = await filled(store, tmp_path, "call", ANNA, days_ago=1)
    (tmp_path / "call.wav").unlink()
    receipt = await erase(store, replace(call).caller_number, actor="os:root", at=NOW)
    assert receipt.missing_recordings == (str(tmp_path / "call.wav"),) and not receipt.complete


async def test_a_recording_that_cannot_be_deleted_is_named_and_stays_with_its_call_until_it_can_be(
    store: Store, tmp_path: Path
) -> None:
    await anna_and_bert(store, tmp_path)
    path = stuck_recording(tmp_path, "anna-1")
    receipt = await erase(store, ANNA, actor="os:root", at=NOW)
    assert (receipt.calls, set(receipt.not_deleted), receipt.complete) == (("anna-2",), {path}, False)
    assert await ids(store) == {"anna-1", "bert"}
    can_be_deleted(path)
    assert (await erase(store, ANNA, actor="os:root", at=NOW)).calls == ("anna-1",)
    assert ANNA[3:] not in await everything(store)
