"""What an agent does with a call: hold, mute, pass it on, consult a colleague, hang up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, Literal

from nicegui import ui

from voicebot.agent_commands import Consult, EndConsult, HangUp, Hold, Mute, Transfer
from voicebot.agent_events import LineStood
from voicebot.console.commanding import command, new_id
from voicebot.console.components.alt_keys import pressed_by
from voicebot.console.components.parts import box, tag
from voicebot.console.desk.passing_on import PassingOn
from voicebot.console.desk.recording_switch import KEY as RECORDING_KEY
from voicebot.console.desk.recording_switch import RecordingSwitch
from voicebot.console.once import deliberate
from voicebot.console.visit import Visit

How = Literal["complete", "conference", "back"]
HOWS: Final[tuple[How, ...]] = ("complete", "conference", "back")
KEYS: Final = {
    "hold": "h",
    "mute": "m",
    "pause_recording": RECORDING_KEY,
    "pass_on": "t",
    "consult_complete": "g",
    "consult_conference": "j",
    "consult_back": "b",
    "own_note": "n",
    "hang_up": "e",
    "confirm": "w",
}
"""With Alt: text of the desk -> key."""


class CallControls:
    """Hidden while there is nobody to talk to. Shows what the media process says of the line: a desk in another tab, a
    colleague who hangs up, a page loaded again are told as well."""

    def __init__(self, visit: Visit, agent_id: str) -> None:
        self._visit = visit
        self._agent_id = agent_id
        self._held = self._muted = False
        passing_on = PassingOn(visit, agent_id, transfer=self._transfer, consult=self._consult)
        with box("vb-controls") as self._row:
            self._hold = self._button("pause", "hold", self._toggle_hold)
            self._mute = self._button("mic_off", "mute", self._toggle_mute)
            self.recording = RecordingSwitch(visit, agent_id)
            self._pass_on = self._button("phone_forwarded", "pass_on", passing_on.open)
            self._button("call_end", "hang_up", self._hang_up)
            self.recording.sign()
        with box("vb-controls") as self._consulting:
            self._consulted = tag("span", "", "vb-soft")
            self._consulted.props["role"] = "status"
            self._hows = {how: self._button("", f"consult_{how}", partial(self._end_consult, how)) for how in HOWS}
        self.show(talking=False)

    def show(self, *, talking: bool) -> None:
        """Every call begins and ends without hold and mute."""
        self._row.set_visibility(talking)
        self._stand(held=False, muted=False)
        self._show_consultation(None)

    def stand(self, line: LineStood) -> None:
        self._stand(held=line.held, muted=line.muted)
        self._show_consultation(line if line.consulting else None)

    def _button(self, icon: str, what: str, act: Callable[[], Awaitable[None]]) -> ui.button:
        button = ui.button(self._visit.t(f"desk.{what}"), icon=icon or None, on_click=deliberate(act))
        button.props("outline no-caps")
        pressed_by(button, KEYS[what], self._visit.t)
        return button

    async def _toggle_hold(self) -> None:
        await command(self._visit, Hold(new_id(), self._agent_id, not self._held))

    async def _toggle_mute(self) -> None:
        await command(self._visit, Mute(new_id(), self._agent_id, not self._muted))

    async def _hang_up(self) -> None:
        await command(self._visit, HangUp(new_id(), self._agent_id))

    def _stand(self, *, held: bool, muted: bool) -> None:
        t = self._visit.t
        self._held, self._muted = held, muted
        self._hold.set_text(t("desk.resume" if self._held else "desk.hold"))
        self._mute.set_text(t("desk.unmute" if self._muted else "desk.mute"))
        for button, pressed in ((self._hold, self._held), (self._mute, self._muted)):
            button.props["aria-pressed"] = "true" if pressed else "false"

    def _show_consultation(self, line: LineStood | None) -> None:
        self._consulting.set_visibility(line is not None)
        consulting = line.consulting if line else ""
        is_ours = consulting not in ("asked", "invited")
        self.recording.button.set_enabled(is_ours)
        for button in (self._hold, self._mute, self._pass_on):  # while a colleague is asked, the caller hears music
            button.set_enabled(is_ours and consulting not in ("ringing", "talking"))
        if line is None:
            return
        self._row.set_visibility(True)
        who = self._visit.names.agent(line.colleague)
        self._consulted.set_text(self._visit.t(f"desk.consulting_{line.consulting}", who=who))
        for how, button in self._hows.items():
            button.set_visibility(line.consulting in ("ringing", "talking"))
            button.set_enabled(how == "back" or line.consulting == "talking")

    async def _transfer(self, to: str, reason: str) -> bool:
        return await command(self._visit, Transfer(new_id(), self._agent_id, to, reason))

    async def _consult(self, to: str, _reason: str) -> bool:
        return await command(self._visit, Consult(new_id(), self._agent_id, to))

    async def _end_consult(self, how: How) -> None:
        await command(self._visit, EndConsult(new_id(), self._agent_id, how))
