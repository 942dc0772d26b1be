"""What the agent writes down while talking: the note of the wrap-up, kept as it is written."""

from __future__ import annotations

from datetime import UTC, datetime

from nicegui import ui

from voicebot.console.attempting import attempted
from voicebot.console.components.alt_keys import pressed_by
from voicebot.console.components.parts import panel
from voicebot.console.desk.unsaved_words import LONGEST, UnsavedWords
from voicebot.console.visit import Visit
from voicebot.privacy.redaction import without_secrets
from voicebot.store.floor import FloorStore


class Notes:
    """Hidden until there is a call to write about."""

    def __init__(self, visit: Visit, agent_id: str, floor: FloorStore) -> None:
        self._visit = visit
        self._floor = floor
        self._agent_id = agent_id
        self._call_id = self._kept = ""
        self._keeping = False
        t = visit.t
        with ui.element("div") as self._place, panel(t("desk.own_note")):
            self._text = ui.textarea(placeholder=t("desk.own_note_hint"), on_change=self._keep)
            self._text.props(f"outlined autogrow maxlength={LONGEST}")
            self._text.classes("vb-wide")
            self._text.props["aria-label"] = t("desk.own_note")
            pressed_by(self._text, "n", t)
            self._unsaved = UnsavedWords(self._text)
        self._place.set_visibility(False)

    @property
    def text(self) -> str:
        return (self._text.value or "")[:LONGEST]

    async def begin(self, call_id: str) -> None:
        """With what was written about this call before."""
        self._call_id = ""
        self._kept = await self._floor.note_draft(call_id, self._agent_id)
        self._text.set_value(self._kept)
        self._call_id = call_id
        self._unsaved.begin(f"note {self._agent_id} {call_id}")
        self._place.set_visibility(True)

    def done(self) -> None:
        """They have become the note of the wrap-up."""
        self._call_id = ""
        self._unsaved.forget()
        self._place.set_visibility(False)

    async def _keep(self) -> None:
        """Each time as it is by then: whoever types faster than the store writes has pieces written together."""
        if self._keeping:
            return
        self._keeping = True
        try:
            while self._call_id and self._kept != self.text:
                self._kept = self.text
                if await attempted(self._visit.t, self._store(self._call_id, self._kept)):
                    self._unsaved.kept(self._kept)
        finally:
            self._keeping = False

    async def _store(self, call_id: str, text: str) -> None:
        await self._floor.keep_note_draft(call_id, self._agent_id, without_secrets(text), datetime.now(UTC))
