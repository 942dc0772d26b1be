"""The company's folder as it is now: read again only when a file in it has changed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from voicebot.company import Company, load_company
from voicebot.company.live import Fingerprint, fingerprint
from voicebot.company.problems import CompanyError

log = structlog.get_logger(__name__)


class CompanyReader:
    """One for a process; reading the sample company takes a good part of a second."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._reading = asyncio.Lock()
        self._read: Company | None = None
        self._files: Fingerprint = frozenset()

    async def current(self) -> Company:
        """Raises CompanyError only where it was never right: while somebody edits, what was last right goes on."""
        async with self._reading:
            files = await asyncio.to_thread(fingerprint, self._directory)
            if self._read is None or files != self._files:
                try:
                    self._read = await asyncio.to_thread(load_company, self._directory)
                except CompanyError as error:
                    if self._read is None:
                        raise
                    log.warning("company_not_read_again", reason=str(error))
                self._files = files
            return self._read
