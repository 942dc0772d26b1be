"""Any of a few answers to a question, as the browser's own check boxes: quick with a keyboard."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from nicegui import ui

from voicebot.console.components.parts import tag

_CHANGED: Final = "(event) => emit([event.target.value, event.target.checked])"


class NativeBoxes:
    """What is ticked is in `chosen`."""

    def __init__(
        self,
        question: str,
        answers: Mapping[str, str],
        *,
        explained: Mapping[str, str] | None = None,
        chosen: Collection[str] = (),
    ) -> None:
        """answers: value -> what is shown. explained: value -> what it means; then each has a line of its own."""
        self._answers = answers
        self._chosen = set(chosen)
        lines = "vb-native-lines" if explained else ""
        with ui.element("fieldset").classes(f"vb-native-choice {lines}"):
            tag("legend", question)
            for value, text in answers.items():
                self._box(value, text, (explained or {}).get(value, ""))

    @property
    def chosen(self) -> tuple[str, ...]:
        """In the order of the answers."""
        return tuple(each for each in self._answers if each in self._chosen)

    def _box(self, value: str, text: str, meaning: str) -> None:
        with ui.element("label"):
            box = ui.element("input")
            box.props["type"] = "checkbox"
            box.props["value"] = value
            box.props["autocomplete"] = "off"  # as in native_choice
            if value in self._chosen:
                box.props["checked"] = True
            box.on("change", lambda event: self._told(event.args), js_handler=_CHANGED)
            tag("span", text)
            if meaning:
                tag("span", meaning, "vb-faint vb-small")

    def _told(self, told: object) -> None:
        match told:  # it comes from a browser
            case [str(value), True] if value in self._answers:
                self._chosen.add(value)
            case [str(value), False]:
                self._chosen.discard(value)
