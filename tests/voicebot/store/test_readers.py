"""Of a store with readers, who asks for much holds up nobody else, and what was written is read at once."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from tests.voicebot.store.samples import NOON, a_call
from voicebot.store.store import Store


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    async with Store(store_url, patience_s=30, readers=2) as opened:
        yield opened


def _counting_to(last: int) -> sa.Select[tuple[int]]:
    counted = sa.select(sa.literal(1).label("number")).cte("counted", recursive=True)
    counted = counted.union_all(sa.select(counted.c.number + 1).where(counted.c.number < last))
    return sa.select(sa.func.max(counted.c.number).label("last"))


async def test_a_long_read_keeps_neither_reads_nor_writes_waiting(store: Store) -> None:
    for number in range(5):
        long = asyncio.create_task(store.read(_counting_to(3_000_000)))
        await asyncio.sleep(0)  # it has begun
        await store.open_call(a_call(f"call-{number}"))
        assert await store.call(f"call-{number}") is not None
        overtaken = not long.done()
        assert (await long)[0]["last"] == 3_000_000
        if overtaken:  # else this process stood still while the database counted
            return
    pytest.fail("whoever reads and writes waits until the long read is over")


async def test_a_read_sees_whatever_was_written_before_it(store: Store) -> None:
    for number in range(20):
        await store.open_call(a_call(f"call-{number}"))
        await store.answer_call(f"call-{number}", NOON)
        found = await asyncio.gather(*(store.call(f"call-{number}") for _ in range(4)))
        assert [call.answered_at for call in found if call] == [NOON] * 4


async def test_a_store_that_is_closed_finishes_what_it_was_reading(store_url: str) -> None:
    async with Store(store_url, readers=2) as store:
        reading = asyncio.create_task(store.read(_counting_to(100_000)))
        await asyncio.sleep(0)
    assert (await reading)[0]["last"] == 100_000
