"""Calls to the sample shop over a real store and the real knowledge."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.voicebot.dialogue.call import NOON, Call, records
from voicebot.company import Company
from voicebot.dialogue import KnowledgeSearch
from voicebot.dialogue.humans import StaffingOf, nobody_works
from voicebot.store.store import Store

Ring = Callable[..., Awaitable[Call]]


@pytest.fixture
def ring(shop: Company, store: Store, knowledge: KnowledgeSearch) -> Ring:
    async def ring(number: str, at: datetime = NOON, staffing: StaffingOf = nobody_works) -> Call:
        return await Call.ring(shop, store, knowledge, number, at, staffing)

    return ring


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


@pytest.fixture(scope="module")
def shared_store(shop: Company, runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("store")

    async def open_store() -> Store:
        store = Store(f"sqlite:///{folder / 'store.db'}")
        await store.start()
        await store.import_company(*records(shop))
        return store

    store = runner.run(open_store())
    yield store
    runner.run(store.close())
