"""What is put is written once, in its order, however many put at a time and however long the store is away."""

import asyncio

import pytest

from tests.virtual_time import in_virtual_time
from voicebot.store.database import StoreError, StoreRefuses
from voicebot.store.ordered_writes import AGAIN_S, OrderedWrites

TAKES_S = 0.001


class Shelf:
    """Stands for a store; `trouble` is what it answers instead of writing."""

    def __init__(self) -> None:
        self.written: list[int] = []
        self.trouble: Exception | None = None
        self.tries = 0

    async def write(self, number: int) -> None:
        self.tries += 1
        await asyncio.sleep(TAKES_S)
        if self.trouble:
            raise self.trouble
        self.written.append(number)


@in_virtual_time
async def test_each_is_written_once_and_in_order() -> None:
    shelf, writes = Shelf(), OrderedWrites()
    await asyncio.gather(*(writes.put(lambda number=number: shelf.write(number)) for number in range(20)))
    assert shelf.written == list(range(20)) and len(writes) == 0


@in_virtual_time
async def test_a_store_that_is_away_is_waited_for() -> None:
    shelf, writes = Shelf(), OrderedWrites()
    shelf.trouble = StoreError("away")
    done = [writes.put(lambda number=number: shelf.write(number)) for number in range(3)]
    await asyncio.sleep(5 * AGAIN_S)
    assert shelf.tries == 5 and not any(each.done() for each in done)
    shelf.trouble = None
    await asyncio.gather(*done)
    assert shelf.written == [0, 1, 2]


@pytest.mark.parametrize("trouble", [StoreRefuses("it is there already"), ValueError("a defect")])
@in_virtual_time
async def test_what_can_never_be_written_holds_up_nothing_else(trouble: Exception) -> None:
    shelf, writes = Shelf(), OrderedWrites()
    shelf.trouble = trouble
    refused = writes.put(lambda: shelf.write(0))
    await asyncio.wait({refused})
    shelf.trouble = None
    assert isinstance(refused.exception(), ValueError) == isinstance(trouble, ValueError)
    await writes.put(lambda: shelf.write(1))
    assert shelf.written == [1]


@pytest.mark.parametrize(
    ("ends_after_s", "tries"), [(3.5 * AGAIN_S, 3), (TAKES_S / 2, 2)], ids=["between-tries", "while-the-first-is-tried"]
)
@in_virtual_time
async def test_a_process_that_ends_tries_everything_once_more_and_goes(ends_after_s: float, tries: int) -> None:
    """A try that is on its way is the last one of its write."""
    shelf, writes = Shelf(), OrderedWrites()
    shelf.trouble = StoreError("away")
    for number in range(3):
        writes.put(lambda number=number: shelf.write(number))
    await asyncio.sleep(ends_after_s)
    before = shelf.tries
    async with asyncio.timeout(AGAIN_S + 1):
        await writes.finish()
    assert shelf.tries - before == tries and len(writes) == 0
