"""What was typed while the console was away, or in the moment before the page was loaded again, comes back with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

LONGEST: Final = 2000
"""Characters of a note or a summary."""


class UnsavedWords(Element, component="unsaved_words.js"):
    """Of one field, kept by its browser until `kept` or `forget`. Shows nothing."""

    def __init__(self, field: ui.textarea) -> None:
        super().__init__()
        self._field = field
        self.props["field"] = field.html_id
        self.props["name"] = ""
        self.on("found", self._found)

    def begin(self, name: str) -> None:
        """What the field is about from now on; empty: nothing. The field shows what is kept of that already."""
        self.props["name"] = name

    def kept(self, words: str) -> None:
        self.run_method("kept", self.props["name"], words)

    def forget(self) -> None:
        """They have become something else, or are not wanted."""
        self.run_method("forget", self.props["name"])
        self.begin("")

    def _found(self, event: GenericEventArguments) -> None:
        """What a browser says is anything."""
        told = event.args if isinstance(event.args, Mapping) else {}
        words = told.get("words")
        if isinstance(words, str) and told.get("name") == self.props["name"] != "":
            self._field.set_value(words[:LONGEST])
