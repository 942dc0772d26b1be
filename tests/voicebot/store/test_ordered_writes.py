"""What is put is written once, in its order, however many put at a time and however long the store is away."""

import asyncio

import pytest

from voicebot.store import ordered_writes
from voicebot.store.database import StoreError, StoreRefuses
from voicebot.store.ordered_writes import OrderedWrites


class Shelf:
    """Stands for a store; `trouble` is what it answers instead of writing."""

    def __init__(self) -> None:
        self.written: list[int] = []
        self.trouble: Exception | None = None
        self.tries = 0

    async def write(self, number: int) -> None:
        self.tries += 1
        await asyncio.sleep(0.001)
        if self.trouble:
            raise self.trouble
        self.written.append(number)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordered_writes, "AGAIN_S", 0.01)


async def test_each_is_written_once_and_in_order() -> None:
    shelf, writes = Shelf(), OrderedWrites()
    await asyncio.gather(*(writes.put(lambda number=number: shelf.write(number)) for number in range(20)))
    assert shelf.written == list(range(20)) and len(writes) == 0


async def test_a_store_that_is_away_is_waited_for() -> None:
    shelf, writes = Shelf(), OrderedWrites()
    shelf.trouble = StoreError("away")
    done = [writes.put(lambda number=number: shelf.write(number)) for number in range(3)]
    await asyncio.sleep(0.1)
    assert shelf.tries > 2 and not any(each.done() for each in done)
    shelf.trouble = None
    await asyncio.gather(*done)
    assert shelf.written == [0, 1, 2]


@pytest.mark.parametrize("trouble", [StoreRefuses("it is there already"), ValueError("a defect")])
async def test_what_can_never_be_written_holds_up_nothing_else(trouble: Exception) -> None:
    shelf, writes = Shelf(), OrderedWrites()
    shelf.trouble = trouble
    refused = writes.put(lambda: shelf.write(0))
    await asyncio.wait({refused})
    shelf.trouble = None
    assert isinstance(refused.exception(), ValueError) == isinstance(trouble, ValueError)
    await writes.put(lambda: shelf.write(1))
    assert shelf.written == [1]


async def test_a_process_that_ends_tries_everything_once_more_and_goes() -> None:
    shelf, writes = Shelf(), OrderedWrites()
    shelf.trouble = StoreError("away")
    for number in range(3):
        writes.put(lambda number=number: shelf.write(number))
    await asyncio.sleep(0.05)
    before = shelf.tries
    async with asyncio.timeout(2):
        await writes.finish()
    assert 3 <= shelf.tries - before <= 4 and len(writes) == 0
