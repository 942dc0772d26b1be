"""Every test that asks for `store_url` or `store` runs on SQLite and on PostgreSQL."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.voicebot.store.postgres import Cluster, cluster, programs
from voicebot.store.store import Store


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    found = programs()
    if found is None:
        if os.environ.get("VOICEBOT_REQUIRE_ALL") == "1":
            pytest.fail("PostgreSQL is not installed, and every component is required")
        pytest.skip("PostgreSQL is not installed")
    with cluster(found) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    made: Cluster = request.getfixturevalue("postgres")
    made.reset()
    return made.url


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    async with Store(store_url, node="here", patience_s=3) as opened:
        yield opened
