"""What an agent does with a call: hold, mute, pass it on, consult a colleague, hang up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, Literal

from nicegui import ui

from voicebot.agent_commands import Consult, EndConsult, HangUp, Hold, Mute, Transfer
from voicebot.console.commanding import command, new_id
from voicebot.console.components.parts import box, tag
from voicebot.console.desk.recording_switch import KEY as RECORDING_KEY
from voicebot.console.desk.recording_switch import RecordingSwitch
from voicebot.console.visit import Visit

How = Literal["complete", "conference", "back"]
HOWS: Final[tuple[How, ...]] = ("complete", "conference", "back")
LONGEST_REASON: Final = 200
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
        self._dialog = self._passing_on()
        with box("vb-controls") as self._row:
            self._hold = self._button("pause", "hold", self._toggle_hold)
            self._mute = self._button("volume_off", "mute", self._toggle_mute)
            self.recording = RecordingSwitch(visit, agent_id)
            self._button("phone_forwarded", "pass_on", self._open)
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

    def _open(self) -> None:
        self._to.set_options(self._targets())
        self._dialog.open()

    def _targets(self) -> dict[str, str]:
        """Colleagues with what they are doing, and skills."""
        t = self._visit.t
        people = {
            agent.agent_id: f"{agent.name} · {t.named('presence', agent.presence)}"
            for agent in self._visit.sources.live_agents.all()
            if agent.agent_id != self._agent_id and agent.presence != "offline"
        }
        company = self._visit.sources.company.current
        skills = {skill for agent in company.agents for skill in agent.skills}
        titles = {skill: company.routing.title_of(skill) for skill in sorted(skills)}
        return people | {skill: t("desk.skill", skill=title) for skill, title in titles.items()}

    def _passing_on(self) -> ui.dialog:
        t = self._visit.t
        with ui.dialog() as dialog, ui.card().classes("vb-dialog"):
            dialog.props["aria-label"] = t("desk.pass_on")
            tag("h2", t("desk.pass_on"))
            self._to = ui.select({}, label=t("desk.to"), with_input=True, new_value_mode="add-unique")
            self._to.props("outlined dense autofocus")
            self._to.props["hint"] = t("desk.to_hint")
            # upwards: what is filtered late opens the list again, which must not lie over the buttons
            self._to.props('menu-anchor="top left" menu-self="bottom left" popup-content-style="max-height: 14rem"')
            self._to.classes("vb-wide")
            self._reason = ui.input(t("desk.reason")).props(f"outlined dense maxlength={LONGEST_REASON}")
            self._reason.classes("vb-wide")
            with box("vb-row vb-end"):
                ui.button(t("cancel"), on_click=dialog.close).props("flat no-caps")
                ui.button(t("desk.consult"), on_click=self._consult).props("outline no-caps")
                ui.button(t("desk.transfer"), on_click=self._transfer).props("unelevated no-caps")
        return dialog

    async def _transfer(self) -> None:
        if not self._to.value:
            return
        if await command(self._visit, Transfer(new_id(), self._agent_id, self._to.value, self._reason.value or "")):
            self._dialog.close()

    async def _consult(self) -> None:
        if self._to.value and await command(self._visit, Consult(new_id(), self._agent_id, self._to.value)):
            self._dialog.close()
            self._consulting.set_visibility(True)

    async def _end_consult(self, how: How) -> None:
        if await command(self._visit, EndConsult(new_id(), self._agent_id, how)):
            self._consulting.set_visibility(False)
