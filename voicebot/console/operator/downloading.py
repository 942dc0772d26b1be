"""Downloads of models that go on while nobody looks, one at a time for each model."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog

from models.bundle import ModelError
from models.download import download
from voicebot.config import Settings

log = structlog.get_logger(__name__)

PAUSE_S: Final = 1.0
"""Before each further attempt: somebody is waiting."""


@dataclass(slots=True)
class Download:
    file: str = ""
    there: int = 0
    size: int = 0
    """Bytes, of the file that is coming."""
    done: bool = False
    error: str = ""


class Downloads:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._running: dict[str, asyncio.Task[None]] = {}
        self.states: dict[str, Download] = {}

    def begin(self, name: str) -> None:
        """Does nothing while this model is coming already."""
        if name in self._running and not self._running[name].done():
            return
        self.states[name] = Download()
        self._running[name] = asyncio.create_task(self._run(name, self.states[name]), name=f"download {name}")

    async def _run(self, name: str, state: Download) -> None:
        def advance(file: str, there: int, size: int) -> None:
            state.file, state.there, state.size = file, there, size

        folder, hub = self._settings.models_dir, self._settings.models.hub_endpoint
        try:
            await asyncio.to_thread(
                download, name, dir=folder, endpoint=hub, progress=advance, pause_s=lambda _attempt: PAUSE_S
            )
        except ModelError as error:
            state.error = str(error)
            log.warning("model_not_downloaded", model=name, reason=str(error))
        else:
            state.done = True
            log.info("model_downloaded", model=name)
