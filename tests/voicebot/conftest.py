"""The sample shop for every test that needs a company: its folder, its knowledge, and a store that holds its orders."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.voicebot.dialogue.call import records, sample_shop
from tests.voicebot.local_knowledge import LocalKnowledge
from voicebot.company import Company
from voicebot.dialogue import KnowledgeSearch
from voicebot.dialogue.knowledge import KnowledgeIndex
from voicebot.store.store import Store


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
