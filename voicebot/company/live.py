"""A company's folder while calls go on: read again when a file changed, beside whatever waits for audio.

A folder with an error in it changes nothing: what was last right stays in force, and `problem` says what to mend.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, Generic, TypeVar

import structlog

from voicebot.company.apart import made_apart
from voicebot.company.problems import CompanyError

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 1.0
T = TypeVar("T")
Fingerprint = frozenset[tuple[Path, int, int]]

_FILES: Final = ("*.toml", "*.csv", "*.txt", "*/*.toml")


class Live(Generic[T]):
    """What a process makes of the folder: the company itself, an index of its knowledge."""

    def __init__(self, directory: Path, make: Callable[[Path], T], *, apart: bool = False) -> None:
        """make: blocks; raises CompanyError, as does this for a folder that is wrong from the start.

        apart: later changes are made in a process of their own, for processes that may not lose a millisecond. `make`
        is then a function of a module, and what it makes can be pickled.
        """
        self._directory = directory
        self._make = make
        self._apart = apart
        self._read = fingerprint(directory)
        self.current = make(directory)
        self.problem: CompanyError | None = None
        """What is wrong with the folder as it is now."""
        self._looking = asyncio.Lock()
        self._wanted = asyncio.Event()
        self._looks = asyncio.Condition()
        self._begun = self._ended = 0
        """Looks of `watch`."""

    async def watch(self, on_changed: Callable[[T], Awaitable[None]] | None = None) -> None:
        """Until cancelled. on_changed: called before what is new comes into force."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._wanted.wait()
            self._wanted.clear()
            self._begun += 1
            await self.look(on_changed)
            async with self._looks:
                self._ended = self._begun
                self._looks.notify_all()

    async def up_to_date(self, patience_s: float) -> None:
        """Returns once what is in the folder now is in force, or found wrong; at the latest after `patience_s`.

        It is `watch` that reads: whoever loses patience breaks nothing off.
        """
        if await asyncio.to_thread(fingerprint, self._directory) == self._read and self._begun == self._ended:
            return
        after = self._begun + 1  # one that begins from now on
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_s), self._looks:
                self._wanted.set()
                await self._looks.wait_for(lambda: self._ended >= after)

    async def look(self, on_changed: Callable[[T], Awaitable[None]] | None = None) -> None:
        """Reads the folder again if it was changed. One after another: what was read first never replaces what was read
        later, and whoever looks while another reads waits for it."""
        async with self._looking:
            now = await asyncio.to_thread(fingerprint, self._directory)
            if now != self._read:
                self._read = now
                await self._read_again(on_changed)

    async def _read_again(self, on_changed: Callable[[T], Awaitable[None]] | None) -> None:
        make = made_apart if self._apart else _made
        try:
            made = await asyncio.to_thread(make, self._make, self._directory)
        except CompanyError as error:
            self.problem = error
            log.error("company_not_read_again", reason=str(error), remedy="mend the file; what was right before stays")
            return
        if on_changed is not None:
            await on_changed(made)
        self.current, self.problem = made, None
        log.info("company_read_again", directory=str(self._directory))


def fingerprint(directory: Path) -> Fingerprint:
    """Changes when a file of the folder does."""
    found = set()
    for pattern in _FILES:
        for file in directory.glob(pattern):
            with suppress(OSError):  # it has just gone: the next look sees the folder without it
                stat = file.stat()
                found.add((file, stat.st_mtime_ns, stat.st_size))
    return frozenset(found)


def _made(make: Callable[[Path], T], directory: Path) -> T:
    return make(directory)
