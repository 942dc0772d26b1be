"""Pauses the recording while something is said that must not be kept, such as a card number, and shows that it is."""

from __future__ import annotations

from typing import Final

from nicegui import ui

from voicebot.agent_commands import PauseRecording
from voicebot.console.commanding import command, new_id
from voicebot.console.components.alt_keys import pressed_by
from voicebot.console.components.parts import badge
from voicebot.console.feed import CallEvent
from voicebot.console.once import deliberate
from voicebot.console.visit import Visit
from voicebot.events import RecordingPaused, RecordingResumed
from voicebot.store.recording_gaps import RecordingGaps

KEY: Final = "r"


class RecordingSwitch:
    """Shows what the media process says, which pauses by itself too, where a flow asks for something secret."""

    def __init__(self, visit: Visit, agent_id: str) -> None:
        self._visit = visit
        self._agent_id = agent_id
        self._call_id = ""
        self._paused = False
        self.button = ui.button(on_click=deliberate(self._toggle)).props("outline no-caps")
        pressed_by(self.button, KEY, visit.t)
        visit.keep_up(self._follow)

    def sign(self) -> None:
        """The place for what says that nothing is kept now."""
        self._sign = badge(self._visit.t("desk.recording_paused"), "warn", icon="stop_circle")
        self._sign.props["role"] = "status"
        self._show(paused=False)

    async def begin(self, call_id: str) -> None:
        """Another call, of which the recording may be paused already."""
        self._call_id = call_id
        gaps = await RecordingGaps(self._visit.sources.store).of(call_id)
        if call_id == self._call_id:
            self._show(paused=any(gap.cause == "pause" and gap.to_ms is None for gap in gaps))

    async def _follow(self) -> None:
        with self._visit.sources.feed.subscribed(self._is_ours) as events:
            async for event in events:
                if self._is_ours(event):  # another call may have begun meanwhile
                    self._show(paused=isinstance(event, RecordingPaused))

    def _is_ours(self, event: CallEvent) -> bool:
        return event.call_id == self._call_id and isinstance(event, RecordingPaused | RecordingResumed)

    def _show(self, *, paused: bool) -> None:
        t = self._visit.t
        self._paused = paused
        self.button.set_text(t("desk.record_again" if paused else "desk.pause_recording"))
        self.button.set_icon("fiber_manual_record" if paused else "stop_circle")
        self.button.props["aria-pressed"] = "true" if paused else "false"
        self._sign.set_visibility(paused)

    async def _toggle(self) -> None:
        """The sign follows once it is done."""
        await command(self._visit, PauseRecording(new_id(), self._agent_id, not self._paused))
