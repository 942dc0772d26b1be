"""A database that is locked, full, read-only, gone or something else costs patience, then one clear line."""

import asyncio
import gc
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.voicebot.store.postgres import Cluster
from tests.voicebot.store.samples import a_call, a_turn
from voicebot.store import database
from voicebot.store.database import StoreRefuses
from voicebot.store.store import Store, StoreError


async def test_a_write_waits_out_a_short_lock(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    async with Store(f"sqlite:///{file}", patience_s=60) as store:
        holder = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        holder.execute("BEGIN EXCLUSIVE")
        writing = asyncio.create_task(store.open_call(a_call()))
        await asyncio.sleep(1.6)  # longer than SQLite's own patience
        assert not writing.done()
        holder.execute("ROLLBACK")
        await asyncio.wait_for(writing, 60)
        holder.close()
        assert await store.call("call-1") is not None


async def test_readers_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    async with Store(f"sqlite:///{file}", patience_s=60) as store:
        await store.open_call(a_call())
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(30):  # less than the store's own patience
            assert await store.call("call-1") is not None
        holder.close()


async def test_a_lock_that_stays_is_named_with_its_remedy_and_the_store_lives_on(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    async with Store(f"sqlite:///{file}", patience_s=0.5) as store:
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match=r"store\.db.*locked.*fuser"):
            await store.open_call(a_call())
        holder.execute("ROLLBACK")
        holder.close()
        await store.open_call(a_call())


class Patience:
    """Time as the store's patience sees it, which passes only while it waits."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.waits = 0
        self.meanwhile: Callable[[], object] = lambda: None

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        self.waits += 1
        self.meanwhile()


async def test_only_the_first_waits_for_a_database_that_stays_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else each would wait behind all the others: twenty calls, minutes of silence."""
    patience = Patience()
    monkeypatch.setattr(database, "time", patience)
    monkeypatch.setattr(database, "_BUSY_S", 0.01)
    file = tmp_path / "store.db"
    async with Store(f"sqlite:///{file}", patience_s=10) as store:
        holder = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError):
            await store.open_call(a_call())
        waited = patience.waits
        assert waited > 5 and patience.now_s > 8
        patience.now_s += 1  # SQLite itself waits a little in every try
        for _ in range(2):
            with pytest.raises(StoreError):
                await store.open_call(a_call())
        assert patience.waits == waited
        holder.execute("ROLLBACK")
        await store.open_call(a_call())
        holder.execute("BEGIN EXCLUSIVE")  # the next time it is waited for again
        patience.meanwhile = lambda: patience.waits == waited + 5 and holder.execute("ROLLBACK")
        await store.add_turn(a_turn(0))
        assert patience.waits == waited + 5
        holder.close()


async def test_a_lock_is_given_up_on_although_others_go_on_reading(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    async with Store(f"sqlite:///{file}", patience_s=1.5, readers=2) as store:
        await store.open_call(a_call())
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        async with asyncio.timeout(60):
            writing = asyncio.create_task(store.add_turn(a_turn(0)))
            while not writing.done():
                assert await store.call("call-1") is not None
                await asyncio.sleep(0.05)
            with pytest.raises(StoreError, match="locked"):
                await writing
        holder.close()


async def test_who_gave_up_waiting_leaves_no_error_behind(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "store.db"
    async with Store(f"sqlite:///{file}", patience_s=0.2) as store:
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises((TimeoutError, StoreError)):  # the store itself, where the machine stood still
            async with asyncio.timeout(0.1):
                await store.open_call(a_call())
        with pytest.raises(StoreError):
            await store.open_call(a_call())
        holder.execute("ROLLBACK")
        holder.close()
        gc.collect()
    assert "never retrieved" not in caplog.text


async def test_what_is_there_already_is_refused_as_such(store_url: str) -> None:
    async with Store(store_url) as store:
        await store.open_call(a_call())
        await store.add_turn(a_turn(0))
        with pytest.raises(StoreRefuses):
            await store.add_turn(a_turn(0))


async def test_a_full_disk_is_one_clear_line_and_writing_goes_on_when_there_is_room(tmp_path: Path) -> None:
    async with Store(f"sqlite:///{tmp_path / 'store.db'}", patience_s=60) as store:
        await store.open_call(a_call())

        def limit_pages(pages: int) -> None:
            store._database.read(lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={pages}"))

        await store._on_thread(lambda: limit_pages(1))  # SQLite keeps the present size at least
        began = time.monotonic()
        with pytest.raises(StoreError, match=r"disk is full.*free some space"):
            for seq in range(200):
                await store.add_turn(a_turn(seq, text="很长的一句话" * 500))
        assert time.monotonic() - began < 50  # waiting would not help, so it does not wait
        kept = len(await store.turns("call-1"))
        await store._on_thread(lambda: limit_pages(1_000_000))
        await store.add_turn(a_turn(999))
        assert len(await store.turns("call-1")) == kept + 1


async def test_a_file_that_is_no_database_and_a_missing_folder_are_named(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is not a database, only text that is long enough" * 40)
    with pytest.raises(StoreError, match=r"text\.db.*store\.url"):
        await Store(f"sqlite:///{tmp_path / 'text.db'}").start()
    with pytest.raises(StoreError, match=r"data_dir"):
        await Store(f"sqlite:///{tmp_path / 'missing' / 'store.db'}").start()


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://host/db", "sqlite"])
def test_a_wrong_url_is_named(url: str) -> None:
    with pytest.raises(StoreError, match=r"store\.url"):
        Store(url)


async def test_an_unreachable_postgresql_is_named_without_its_password() -> None:
    store = Store("postgresql+psycopg://someone:secret@127.0.0.1:1/voicebot", patience_s=0.3)
    with pytest.raises(StoreError, match="start PostgreSQL") as raised:
        await store.start()
    assert "secret" not in str(raised.value)


async def test_a_restarted_postgresql_loses_nothing(postgres: Cluster) -> None:
    postgres.reset()
    async with Store(postgres.url, patience_s=60) as store:
        await store.open_call(a_call())
        for seq in range(4):
            if seq == 2:
                await asyncio.to_thread(postgres.stop)
                adding = asyncio.create_task(store.add_turn(a_turn(seq)))
                await asyncio.sleep(0.5)
                assert not adding.done()
                await asyncio.to_thread(postgres.start)
                await adding
            else:
                await store.add_turn(a_turn(seq))
        assert [turn.seq for turn in await store.turns("call-1")] == [0, 1, 2, 3]


TALK_FOREVER = """
import asyncio, sys
from tests.voicebot.store.samples import a_call, a_turn
from voicebot.store.store import Store

async def main(url):
    async with Store(url) as store:
        await store.open_call(a_call())
        await store.answer_call("call-1", a_call().started_at)
        for seq in range(100_000):
            await store.add_turn(a_turn(seq))
            print(seq, flush=True)  # said only once it is committed

asyncio.run(main(sys.argv[1]))
"""


async def test_killing_the_process_in_mid_call_loses_no_committed_turn(store_url: str) -> None:
    root = Path(__file__).parents[3]
    talking = await asyncio.create_subprocess_exec(
        sys.executable, "-c", TALK_FOREVER, store_url, stdout=asyncio.subprocess.PIPE, cwd=root
    )
    assert talking.stdout is not None
    said = [int(await talking.stdout.readline()) for _ in range(40)]
    talking.kill()
    said += [int(line) for line in (await talking.stdout.read()).splitlines()]
    await talking.wait()
    async with Store(store_url) as store:
        kept = [turn.seq for turn in await store.turns("call-1")]
        assert kept[: len(said)] == said
        assert len(kept) - len(said) <= 1  # at most one was committed and not yet said
        assert await store.close_orphans() == 1
        call = await store.call("call-1")
        assert call is not None and call.outcome == "interrupted"
