"""Every test that asks for `store_url` or `store` runs on SQLite and on PostgreSQL."""

import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.voicebot.store.postgres import Cluster, cluster, programs
from voicebot.store.records import CallRecord, TurnRecord
from voicebot.store.store import Store

NOON = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)


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


def a_call(call_id: str = "call-1", **fields: object) -> CallRecord:
    given = {
        "leg_id": f"leg-{call_id}",
        "direction": "inbound",
        "caller_number": "+8613800138000",
        "called_number": "4008008820",
        "started_at": NOON,
    }
    return CallRecord(id=call_id, **(given | fields))  # type: ignore[arg-type]


def a_turn(seq: int = 0, call_id: str = "call-1", **fields: object) -> TurnRecord:
    given = {
        "role": "caller",
        "text": "我想查一下订单",
        "started_ms": 1000 * seq,
        "ended_ms": 1000 * seq + 900,
    }
    return TurnRecord(call_id=call_id, seq=seq, **(given | fields))  # type: ignore[arg-type]
