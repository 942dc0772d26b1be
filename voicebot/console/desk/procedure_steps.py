"""The steps of the company's procedure for what the caller wants: what is known, what was just asked, what is left."""

from __future__ import annotations

from typing import Final

from nicegui import ui

from voicebot.agent_events import ProcedureStood
from voicebot.console.components.parts import box, panel, tag
from voicebot.console.visit import Visit

ICONS: Final = {"known": "check_circle", "asked": "hearing", "open": "radio_button_unchecked"}


class ProcedureSteps:
    """Hidden while no procedure is going on."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._place = box()
        self.hide()

    def hide(self) -> None:
        self._place.set_visibility(False)

    def show(self, stood: ProcedureStood) -> None:
        t, names = self._visit.t, self._visit.names
        self._place.clear()
        title = t("desk.procedure", flow=names.flow(stood.flow))
        with self._place, panel(title), ui.element("ol").classes("vb-steps"):
            for slot, state, value in stood.steps:
                self._one(names.step(slot), state, names.said(value))
        self._place.set_visibility(True)

    def _one(self, title: str, state: str, value: str) -> None:
        with ui.element("li").classes(f"vb-step vb-step-{state}"):
            ui.icon(ICONS[state]).props("aria-hidden=true")
            tag("span", title)
            tag("span", self._visit.t.named("step", state), "vb-unseen")
            tag("span", value, "vb-strong vb-text")
