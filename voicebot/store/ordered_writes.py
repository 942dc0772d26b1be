"""Writes that come one after the other, behind the back of those who act: a store that is away delays them and loses
none."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from voicebot.store.database import StoreError, StoreRefuses

log = structlog.get_logger(__name__)

Write = Callable[[], Awaitable[object]]

AGAIN_S: Final = 1.0
"""How soon a store that was away is tried again."""


class OrderedWrites:
    """A queue with one worker, which is there while something waits: no write is ever begun twice at once."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Write, asyncio.Future[None]]] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._patient = True
        self._told = False

    def __len__(self) -> int:
        """How many wait, the one that is being written included."""
        return len(self._waiting)

    def put(self, write: Write) -> asyncio.Future[None]:
        """Done once it is written, or given up because the store refused it. Raises what is neither: a defect."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((write, done))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        return done

    async def finish(self) -> None:
        """Returns when everything was tried once more: for a process that ends."""
        self._patient = False
        if self._worker is not None:
            await self._worker

    async def _work(self) -> None:
        try:
            while self._waiting:
                write, done = self._waiting[0]
                defect: Exception | None = None
                try:
                    over = await self._over(write)
                except Exception as error:  # noqa: BLE001 - a defect: told to whoever put it
                    over, defect = True, error
                if not over and self._patient:
                    await asyncio.sleep(AGAIN_S)
                    continue
                self._waiting.popleft()
                _tell(done, defect)
        finally:
            self._worker = None

    async def _over(self, write: Write) -> bool:
        """Whether there is nothing more to be done about it."""
        try:
            await write()
        except StoreRefuses as error:  # what is there already, after a connection that was lost in mid-commit
            log.error("record_refused", reason=str(error))
        except StoreError as error:
            if not self._told or not self._patient:
                log.error("records_wait", waiting=len(self._waiting), reason=str(error))
            self._told = True
            return False
        self._told = False
        return True


def _tell(done: asyncio.Future[None], defect: Exception | None) -> None:
    if done.done():  # who put it was cancelled
        return
    if defect is None:
        done.set_result(None)
    else:
        done.set_exception(defect)
