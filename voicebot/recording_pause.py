"""Pausing a call's recording: while a flow asks for what may not be kept, or because an agent says so."""

from __future__ import annotations

from typing import Final

from telephony.recorder import Recorder
from voicebot.call_log import CallLog

FLOW: Final = "flow"


class RecordingPause:
    """Several may want the recording paused at a time; it goes on when nobody does any more."""

    def __init__(self, recorder: Recorder | None, call_log: CallLog) -> None:
        self._recorder = recorder
        self._log = call_log
        self._wanted_by: set[str] = set()

    @property
    def paused(self) -> bool:
        return bool(self._wanted_by)

    async def want(self, paused: bool, *, by: str, at_s: float) -> None:
        """by: FLOW, or an agent's id. The audio follows at once; the record of it is committed when this returns.

        at_s: now, in seconds since the answer.
        """
        before = self.paused
        if paused:
            self._wanted_by.add(by)
        else:
            self._wanted_by.discard(by)
        if self.paused == before:
            return
        if self._recorder:
            self._recorder.paused = self.paused
        if self.paused:
            await self._log.recording_paused(by, at_s=at_s)
        else:
            await self._log.recording_resumed(by, at_s=at_s)
