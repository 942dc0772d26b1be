"""One of a few answers to a question, as the browser's own radio buttons: quick with a keyboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from nicegui import ui

from voicebot.console.components.parts import tag

_CHANGED: Final = "(event) => emit(event.target.value)"


def native_choice(
    question: str,
    answers: Mapping[str, str],
    on_change: Callable[[str], None],
    *,
    name: str,
    classes: str = "",
    chosen: str = "",
) -> ui.element:
    """answers: value -> what is shown. name: no other choice of the page has it. on_change hears known values only.

    chosen: the answer that is given already.
    """

    def told(value: object) -> None:
        if isinstance(value, str) and value in answers:  # it comes from a browser
            on_change(value)

    with ui.element("fieldset").classes(f"vb-native-choice {classes}") as element:
        tag("legend", question)
        for value, text in answers.items():
            with ui.element("label"):
                radio = ui.element("input")
                radio.props["type"] = "radio"
                radio.props["name"] = name
                radio.props["value"] = value
                radio.props["autocomplete"] = "off"  # else it is checked again, untold, for who goes back to the page
                if value == chosen:
                    radio.props["checked"] = True
                radio.on("change", lambda event: told(event.args), js_handler=_CHANGED)
                tag("span", text)
    return element
