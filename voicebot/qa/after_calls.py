"""What is done with every call once it has ended, scored or not: secrets out of its recording, a summary, follow-ups.

And, every so often, what has to be done without a call: promises that were not kept are marked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import structlog

from voicebot.company import Company, CompanyError
from voicebot.privacy.secrets_in_recording import silence_secrets
from voicebot.qa.summary_store import SummaryStore, mark_broken
from voicebot.store.records import CallRecord
from voicebot.store.store import Store, StoreError

log = structlog.get_logger(__name__)

POLL_S: Final = 1.0
"""How soon an ended call is found."""
PROMISES_EVERY_S: Final = 60.0
_BATCH: Final = 20


class AfterCalls:
    """Works through the store's ended calls."""

    def __init__(
        self,
        store: Store,
        company: Callable[[], Awaitable[Company]],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """company: as its folder is now; may raise CompanyError."""
        self._store = store
        self._summaries = SummaryStore(store)
        self._company = company
        self._now = now
        self._failed: set[str] = set()
        """Their recording is not here, or cannot be written: not tried again by this process."""

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch_calls())
            tasks.create_task(self._watch_promises())

    async def finish(self, call: CallRecord) -> None:
        """May raise StoreError and CompanyError."""
        try:
            await silence_secrets(self._store, call, now=self._now())
        except OSError as error:
            self._failed.add(call.id)
            log.error("secrets_not_silenced", call=call.id, reason=str(error), remedy="run qa where the recording is")
        await self._summaries.make(await self._company(), call, now=self._now())

    async def finish_ended(self) -> int:
        """Some of those that have ended and are not done with. Returns how many were done."""
        unfinished = await self._summaries.unfinished(_BATCH + len(self._failed))
        calls = [call for call in unfinished if call.id not in self._failed]
        for call in calls:
            try:
                await self.finish(call)
            except (StoreError, CompanyError):
                raise
            except Exception:  # a defect on one call must not keep the others waiting: logged with its trace
                log.exception("call_not_finished", call=call.id)
                self._failed.add(call.id)
        return len(calls)

    async def _watch_calls(self) -> None:
        while True:
            done = 0
            try:
                done = await self.finish_ended()
            except (StoreError, CompanyError) as error:
                log.warning("calls_wait_for_their_summary", reason=str(error))
            if not done:
                await asyncio.sleep(POLL_S)

    async def _watch_promises(self) -> None:
        while True:
            with suppress(StoreError):  # said by the other watcher, and tried again
                if broken := await mark_broken(self._store, self._now()):
                    log.info("promises_broken", count=broken)
            await asyncio.sleep(PROMISES_EVERY_S)
