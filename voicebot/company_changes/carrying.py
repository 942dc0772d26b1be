"""Carries published changes from the store into this machine's folder: at once after publishing, after a crash in
between, and on every other machine that has a folder of its own."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import structlog

from voicebot.company.problems import CompanyError
from voicebot.company_changes.book import Change, ChangeBook
from voicebot.company_changes.files import NotChangeable, read_file, write_file
from voicebot.config import Settings
from voicebot.store.store import Store, StoreError

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 2.0
_MARK: Final = "company_changes.carried"


class Carrier:
    """One for a process; those of a machine take turns."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._book = ChangeBook(store)
        self._directory = settings.company.dir
        self._mark = settings.data_dir / _MARK

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.carry()
            except (StoreError, NotChangeable, CompanyError) as error:
                log.error("company_changes_not_carried", reason=str(error))
            await asyncio.sleep(LOOK_EVERY_S)

    async def carry(self) -> int:
        """Returns the id of the newest change that the folder holds. Raises StoreError, NotChangeable, CompanyError."""
        carried = await asyncio.to_thread(self._carried)
        if newer := await self._book.after(carried):
            return await asyncio.to_thread(self._carry, newer)
        return carried

    def _carried(self) -> int:
        try:
            return int(self._mark.read_text())
        except (OSError, ValueError):
            return 0

    def _carry(self, changes: Sequence[Change]) -> int:
        with _alone(self._mark):
            carried = self._carried()  # another process of this machine may have been quicker
            for change in changes:
                if change.id > carried:
                    self._carry_one(change)
                    carried = change.id
                    self._note(carried)
            return carried

    def _carry_one(self, change: Change) -> None:
        found = read_file(self._directory, change.file)
        if found == change.before:
            write_file(self._directory, change.file, change.after)
            log.info("company_change_carried", change=change.id, file=change.file)
        elif found != change.after:
            log.warning(
                "company_change_left_out",
                change=change.id,
                file=change.file,
                reason="the file was changed by hand on this machine, and stays as it is",
            )

    def _note(self, carried: int) -> None:
        unfinished = self._mark.with_suffix(".part")
        unfinished.write_text(str(carried))
        unfinished.replace(self._mark)


@contextmanager
def _alone(mark: Path) -> Iterator[None]:
    """While no other process of this machine carries."""
    handle = os.open(mark.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
