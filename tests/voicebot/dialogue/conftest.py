"""Calls to the sample shop over a real store and the real knowledge."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from pathlib import Path

import pytest

from tests.voicebot.dialogue.call import NOON, Call, records, sample_shop
from voicebot.company import Company
from voicebot.dialogue import KnowledgeSearch
from voicebot.dialogue.knowledge import KnowledgeIndex, LocalKnowledge
from voicebot.store.store import Store

Ring = Callable[..., Awaitable[Call]]


@pytest.fixture(scope="session")
def shop() -> Company:
    return sample_shop()


@pytest.fixture(scope="session")
def knowledge(shop: Company) -> KnowledgeSearch:
    return LocalKnowledge(KnowledgeIndex(shop.knowledge, dictionary=shop.dictionary))


@pytest.fixture
async def store(shop: Company, tmp_path: Path) -> AsyncIterator[Store]:
    async with Store(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        await opened.import_company(*records(shop))
        yield opened


@pytest.fixture
def ring(shop: Company, store: Store, knowledge: KnowledgeSearch) -> Ring:
    async def ring(number: str, at: datetime = NOON) -> Call:
        return await Call.ring(shop, store, knowledge, number, at)

    return ring
