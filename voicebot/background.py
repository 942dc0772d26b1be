"""Work that goes on beside a block of code and ends with it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

AGAIN_S: Final = 0.5


@asynccontextmanager
async def background(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Runs coroutines while the block runs and cancels them at its end; if one fails, the block is cancelled."""
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(each) for each in work]
        try:
            yield
        finally:
            await _ended(running)


async def _ended(running: Sequence[asyncio.Task[None]]) -> None:
    """Cancels until all are over: a library may lose a cancellation that comes together with what it waited for, as
    `asyncio.wait_for` does before Python 3.12."""
    while pending := [task for task in running if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=AGAIN_S)
