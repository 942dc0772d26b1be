"""Pausing a call's recording: while a flow asks for what may not be kept, or because an agent says so."""

from __future__ import annotations

from typing import Final

from telephony.recorder import Recorder
from voicebot.call.log import CallLog

_FLOW: Final = "flow"


class RecordingPause:
    """The audio follows at once; that it was paused is committed when a method returns. Times: seconds since the
    answer, now."""

    def __init__(self, recorder: Recorder | None, call_log: CallLog) -> None:
        self._recorder = recorder
        self._log = call_log
        self.paused = False

    async def by_flow(self, private: bool, *, at_s: float) -> None:
        """The assistant speaks, so that a pause of an agent's is over with the agent's part of the call."""
        await self._set(private, _FLOW, at_s)

    async def by_agent(self, paused: bool, agent_id: str, *, at_s: float) -> None:
        await self._set(paused, agent_id, at_s)

    async def _set(self, paused: bool, by: str, at_s: float) -> None:
        if paused == self.paused:
            return
        self.paused = paused
        if self._recorder:
            self._recorder.paused = paused
        if paused:
            await self._log.recording_paused(by, at_s=at_s)
        else:
            await self._log.recording_resumed(by, at_s=at_s)
