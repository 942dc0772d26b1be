"""The company's folder as it is now: read again only when a file in it has changed."""

from __future__ import annotations

import asyncio
from pathlib import Path

from voicebot.company import Company, load_company
from voicebot.company.live import Live


class CompanyReader:
    """One for a process; reading the sample company takes a good part of a second."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._reading = asyncio.Lock()
        self._live: Live[Company] | None = None

    async def current(self) -> Company:
        """Raises CompanyError only where it was never right: while somebody edits, what was last right goes on."""
        async with self._reading:
            if self._live is None:
                return (await asyncio.to_thread(self.live)).current
            await self._live.look()
            return self._live.current

    def live(self) -> Live[Company]:
        """What it reads from, for whoever can't wait for a look. The first call blocks and may raise CompanyError."""
        if self._live is None:
            self._live = Live(self._directory, load_company)
        return self._live
