"""The whisper: what an agent hears, alone, before the caller is put through. A key skips it."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from models.address import InferenceError
from telephony.playout import Playout
from voicebot.assist.whisper import LONGEST_S
from voicebot.speaking.speaker import NOTHING
from voicebot.speaking.voice import Voice

log = structlog.get_logger(__name__)

SYNTHESIS_S: Final = 3.0
"""Longest wait for its first sound: the caller is waiting."""
_END: Final = "whisper_over"


class Whispering:
    """Speaks one whisper into one agent's playout."""

    def __init__(self, playout: Playout, voice: Voice) -> None:
        self._playout = playout
        self._voice = voice
        self._over = asyncio.Event()
        playout.on_mark = self._reached

    async def say(self, spoken: str) -> None:
        """Returns when it was said or skipped, or when there is no voice for it: the caller is put through all the
        same. Never longer than a little over `LONGEST_S`."""
        try:
            async with asyncio.timeout(LONGEST_S + SYNTHESIS_S):
                async for samples in self._voice.speak(spoken, "cmn", keep=False):
                    if self._over.is_set():
                        return
                    self._playout.write(samples)
                self._playout.write(NOTHING, mark=_END)
                await self._over.wait()
        except (TimeoutError, InferenceError) as error:
            log.warning("whisper_cut_short", reason=str(error) or type(error).__name__)
        finally:
            self._playout.clear()

    def skip(self) -> None:
        """The agent has heard enough, or is gone."""
        self._over.set()

    @property
    def over(self) -> bool:
        return self._over.is_set()

    def _reached(self, mark: object) -> None:
        if mark == _END:
            self._over.set()
