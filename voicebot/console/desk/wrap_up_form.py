"""How a call is closed: the suggested disposition, summary and follow-ups, for the agent to confirm or to change."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui import ui

from voicebot.agent_commands import ConfirmWrapUp
from voicebot.agent_events import WrapUpSuggested
from voicebot.assist.wrapup import dispositions
from voicebot.console.commanding import command, new_id
from voicebot.console.components.alt_keys import pressed_by
from voicebot.console.components.parts import box, panel, tag
from voicebot.console.desk.notes import Notes
from voicebot.console.desk.unsaved_words import LONGEST, UnsavedWords
from voicebot.console.once import deliberate
from voicebot.console.visit import Visit
from voicebot.store.floor_records import WrapUpRecord


class WrapUpForm:
    """Hidden until a wrap-up is suggested."""

    def __init__(self, visit: Visit, agent_id: str, notes: Notes) -> None:
        self._visit = visit
        self._agent_id = agent_id
        self._notes = notes
        self._call_id = ""
        t = visit.t
        with box() as self._place, panel(t("desk.wrap_up")), box("vb-stack"):
            self._reason = tag("div", "", "vb-soft")
            titles = {each.code: each.title for each in dispositions().disposition}
            self._disposition = ui.select(titles, label=t("desk.disposition")).props("outlined dense")
            self._summary = ui.textarea(t("desk.summary")).props(f"outlined autogrow maxlength={LONGEST}")
            self._unsaved = UnsavedWords(self._summary)
            self._follow_ups = box()
            confirm = ui.button(t("desk.confirm"), on_click=deliberate(self._confirm)).props("unelevated no-caps")
            pressed_by(confirm, "w", t)
        self.hide()

    def hide(self) -> None:
        self._place.set_visibility(False)

    def suggest(self, wrap_up: WrapUpSuggested | WrapUpRecord, follow_ups: Sequence[str]) -> None:
        self._call_id = wrap_up.call_id
        self._reason.set_text(wrap_up.reason)
        self._disposition.set_value(wrap_up.disposition)
        self._summary.set_value(self._visit.names.said(wrap_up.summary))
        self._follow_ups.clear()
        with self._follow_ups:
            for task in follow_ups:
                tag("div", f"✓ {self._visit.names.said(task)}", "vb-text vb-soft")
        self._unsaved.begin(f"summary {self._agent_id} {self._call_id}")
        self._place.set_visibility(True)

    async def _confirm(self) -> None:
        wanted = ConfirmWrapUp(
            new_id(),
            self._agent_id,
            self._call_id,
            str(self._disposition.value),
            (self._summary.value or "")[:LONGEST],
            self._notes.text,
        )
        if await command(self._visit, wanted):
            ui.notify(self._visit.t("desk.confirmed"), type="positive")
            self.hide()
            self._unsaved.forget()
            self._notes.done()
