"""What an agent does with a call: hold, mute, pass it on, consult a colleague, hang up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, Literal

from nicegui import ui

from voicebot.agent_commands import Consult, EndConsult, HangUp, Hold, Mute, Transfer
from voicebot.console.commanding import command, new_id
from voicebot.console.components.parts import box, tag
from voicebot.console.desk.passing_on import PassingOn
from voicebot.console.desk.recording_switch import KEY as RECORDING_KEY
from voicebot.console.desk.recording_switch import RecordingSwitch
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
    """Hidden while there is nobody to talk to."""

    def __init__(self, visit: Visit, agent_id: str) -> None:
        self._visit = visit
        self._agent_id = agent_id
        self._held = self._muted = False
        t = visit.t
        passing_on = PassingOn(visit, agent_id, transfer=self._transfer, consult=self._consult)
        with box("vb-controls") as self._row:
            self._hold = self._button("pause", "hold", self._toggle_hold)
            self._mute = self._button("volume_off", "mute", self._toggle_mute)
            self.recording = RecordingSwitch(visit, agent_id)
            self._button("phone_forwarded", "pass_on", passing_on.open)
            self._button("call_end", "hang_up", self._hang_up)
            self.recording.sign()
        with box("vb-controls") as self._consulting:
            tag("span", t("desk.consulting"), "vb-soft")
            for how in HOWS:
                self._button("", f"consult_{how}", partial(self._end_consult, how))
        self.show(talking=False)

    def show(self, *, talking: bool) -> None:
        """Every call begins and ends without hold and mute."""
        self._row.set_visibility(talking)
        self._consulting.set_visibility(False)
        self._held = self._muted = False
        self._label()

    def _button(self, icon: str, what: str, act: Callable[[], Awaitable[None] | None]) -> ui.button:
        button = ui.button(self._visit.t(f"desk.{what}"), icon=icon or None, on_click=act).props("outline no-caps")
        button.props["accesskey"] = KEYS[what]
        button.props["title"] = self._visit.t("desk.key", key=KEYS[what].upper())
        return button

    async def _toggle_hold(self) -> None:
        if await command(self._visit, Hold(new_id(), self._agent_id, not self._held)):
            self._held = not self._held
            self._label()

    async def _toggle_mute(self) -> None:
        if await command(self._visit, Mute(new_id(), self._agent_id, not self._muted)):
            self._muted = not self._muted
            self._label()

    async def _hang_up(self) -> None:
        await command(self._visit, HangUp(new_id(), self._agent_id))

    def _label(self) -> None:
        t = self._visit.t
        self._hold.set_text(t("desk.resume" if self._held else "desk.hold"))
        self._mute.set_text(t("desk.unmute" if self._muted else "desk.mute"))
        for button, pressed in ((self._hold, self._held), (self._mute, self._muted)):
            button.props["aria-pressed"] = "true" if pressed else "false"

    async def _transfer(self, to: str, reason: str) -> bool:
        return await command(self._visit, Transfer(new_id(), self._agent_id, to, reason))

    async def _consult(self, to: str, _reason: str) -> bool:
        done = await command(self._visit, Consult(new_id(), self._agent_id, to))
        if done:
            self._consulting.set_visibility(True)
        return done

    async def _end_consult(self, how: How) -> None:
        if await command(self._visit, EndConsult(new_id(), self._agent_id, how)):
            self._consulting.set_visibility(False)
