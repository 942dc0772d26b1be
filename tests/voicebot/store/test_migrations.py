"""The migrations build exactly the tables that the code uses, and starting twice or at once does no harm."""

import asyncio
import importlib
import pkgutil
import sys
from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from alembic import autogenerate, command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import voicebot.store
from tests.voicebot.store.samples import NOON, a_call, a_turn
from voicebot.company import load_company
from voicebot.demo import SAMPLE_COMPANY
from voicebot.qa.reading import read_material
from voicebot.qa.scores import ScoreStore
from voicebot.qa.scoring import defective
from voicebot.qa.summary_store import SummaryStore
from voicebot.store.database import MIGRATIONS, Database
from voicebot.store.store import Store
from voicebot.store.tables import metadata


def test_the_migrated_schema_is_the_one_that_the_code_knows(store_url: str) -> None:
    for module in pkgutil.iter_modules(voicebot.store.__path__, "voicebot.store."):
        if module.name.endswith("tables"):  # each room's tables have a file of their own
            importlib.import_module(module.name)
    database = Database(store_url)
    database.migrate()
    try:
        differences = database.read(lambda connection: autogenerate.compare_metadata(_context(connection), metadata))
    finally:
        database.close()
    assert differences == []


def _context(connection: sa.Connection) -> MigrationContext:
    """Without the search index, which is no table of ours in one database and a bare index in the other."""
    return MigrationContext.configure(
        connection, opts={"include_name": lambda name, *_: not str(name).startswith("turn_search")}
    )


def test_the_migrations_are_one_chain() -> None:
    scripts = list(ScriptDirectory(str(MIGRATIONS)).walk_revisions())
    assert len(scripts) == len(list(MIGRATIONS.glob("versions/*.py"))), "two files have the same revision"
    assert [script.down_revision for script in scripts] == [script.revision for script in scripts[1:]] + [None]


START = "import asyncio, sys; from voicebot.store.store import Store; asyncio.run(Store(sys.argv[1]).start())"


async def test_several_processes_may_start_on_an_empty_database_at_once(store_url: str) -> None:
    starting = [await asyncio.create_subprocess_exec(sys.executable, "-c", START, store_url) for _ in range(3)]
    assert [await process.wait() for process in starting] == [0, 0, 0]


async def test_several_stores_may_start_in_one_process_at_once(store_url: str) -> None:
    stores = [Store(store_url) for _ in range(3)]
    await asyncio.gather(*(store.start() for store in stores))
    await asyncio.gather(*(store.close() for store in stores))
    database = Database(store_url)
    versions = database.read(lambda connection: connection.execute(sa.text("select * from alembic_version")).all())
    database.close()
    assert len(versions) == 1


async def test_calls_of_before_get_the_dialect_that_was_last_believed_else_their_numbers(store_url: str) -> None:
    async with Store(store_url) as store:
        for call_id in ("spoke", "silent"):
            await store.open_call(a_call(call_id, dialect_prior={"cmn": 0.9}))
        for seq, believed in enumerate(({"cmn": 0.6}, {"yue": 0.8})):
            await store.add_turn(a_turn(seq, "spoke", detail={"dialect": {"likeliest": believed}}))
        await store.add_turn(a_turn(2, "spoke", detail={"keypad": True}))
    _migrate(store_url, command.downgrade, "0017")
    async with Store(store_url) as store:
        found = {call.id: call.dialects for call in await store.calls()}
        assert found == {"spoke": {"yue": 0.8}, "silent": {"cmn": 0.9}}


async def test_calls_of_before_that_are_scored_or_summarised_are_not_done_again(store_url: str) -> None:
    company, at = load_company(SAMPLE_COMPANY), NOON + timedelta(hours=1)
    async with Store(store_url) as store:
        for call_id in ("done", "left"):
            await store.open_call(a_call(call_id))
            await store.end_call(call_id, at, outcome="resolved", end_reason="hangup")
        material, call = await read_material(store, company, "done", as_of=at), await store.call("done")
        assert material is not None and call is not None
        await ScoreStore(store).keep([defective(material, "none")], [], at=at)
        await SummaryStore(store).make(company, call, now=at)
    _migrate(store_url, command.downgrade, "0020")
    async with Store(store_url) as store:
        assert await ScoreStore(store).unscored(9) == ["left"]
        assert [call.id for call in await SummaryStore(store).unfinished(9)] == ["left"]


def _migrate(store_url: str, direction: Callable[[Config, str], None], to: str) -> None:
    database = Database(store_url)

    def work(connection: sa.Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        direction(config, to)

    try:
        database.write(work)
    finally:
        database.close()
