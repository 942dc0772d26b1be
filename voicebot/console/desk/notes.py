"""What the agent writes down while talking: the note of the wrap-up, kept while the page is loaded again."""

from __future__ import annotations

from typing import Final

from nicegui import ui

from voicebot.console.components.parts import panel
from voicebot.console.visit import Visit

LONGEST: Final = 2000


class Notes:
    """Hidden until there is a call to write about."""

    def __init__(self, visit: Visit, agent_id: str) -> None:
        self._visit = visit
        self._agent_id = agent_id
        self._call_id = ""
        t = visit.t
        with ui.element("div") as self._place, panel(t("desk.own_note")):
            self._text = ui.textarea(placeholder=t("desk.own_note_hint"), on_change=self._keep)
            self._text.props(f"outlined autogrow maxlength={LONGEST} accesskey=n").classes("vb-wide")
            self._text.props["aria-label"] = t("desk.own_note")
            self._text.props["title"] = t("desk.key", key="N")
        self._place.set_visibility(False)

    @property
    def text(self) -> str:
        return (self._text.value or "")[:LONGEST]

    def begin(self, call_id: str) -> None:
        """With what was written about this call before."""
        self._call_id = call_id
        self._text.set_value(self._visit.sources.drafts.of(call_id, self._agent_id))
        self._place.set_visibility(True)

    def done(self) -> None:
        """They have become the note of the wrap-up."""
        self._place.set_visibility(False)

    def _keep(self) -> None:
        if self._call_id:
            self._visit.sources.drafts.keep(self._call_id, self._agent_id, self.text)
