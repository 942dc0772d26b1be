"""The small parts: tags, panels, figures, badges, and what a page shows where there is nothing yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

Tone = Literal["", "good", "warn", "bad", "accent", "caller", "assistant", "human"]


def tag(name: str, text: str = "", classes: str = "") -> TextElement:
    """An HTML element with plain text in it, whatever the text holds."""
    return TextElement(tag=name, text=text).classes(classes)


def box(classes: str = "") -> ui.element:
    return ui.element("div").classes(classes)


def link(text: str, href: str, classes: str = "vb-link") -> TextElement:
    element = tag("a", text, classes)
    element.props["href"] = href
    return element


@contextmanager
def panel(title: str, *, flush: bool = False, classes: str = "") -> Iterator[ui.element]:
    """A framed part of a page. Yields the place for tools beside its title. flush: the content brings its margins."""
    with ui.element("section").classes(f"vb-panel {classes}"):
        with box("vb-panel-head"):
            tag("h2", title)
            tools = box("vb-panel-tools")
        with box("vb-panel-body vb-flush" if flush else "vb-panel-body"):
            yield tools


class Figure:
    """One number that matters: its name, its value with a unit, and a line that says what it means."""

    def __init__(self, name: str, *, value: str = "–", unit: str = "", hint: str = "") -> None:
        with box("vb-panel vb-figure"):
            tag("div", name, "vb-figure-name")
            with box("vb-figure-value"):
                self._value = tag("span", value)
                tag("small", unit)
            self._hint = tag("div", hint, "vb-figure-hint vb-clip")

    def show(self, value: str, hint: str | None = None) -> None:
        self._value.set_text(value)
        if hint is not None:
            self._hint.set_text(hint)


def badge(text: str, tone: Tone = "", *, icon: str = "") -> ui.element:
    with box(f"vb-badge vb-tone-{tone}" if tone else "vb-badge") as element:
        if icon:
            ui.icon(icon)
        tag("span", text)
    return element


@contextmanager
def empty(icon: str, title: str, what_to_do: str) -> Iterator[None]:
    """What stands where there is nothing yet: says so, and what to do about it. Holds further elements."""
    with box("vb-empty"):
        ui.icon(icon)
        tag("div", title, "vb-empty-title")
        tag("p", what_to_do)
        yield


def facts(entries: list[tuple[str, str]]) -> None:
    """Names and values in two columns; entries without a value are left out."""
    with ui.element("dl").classes("vb-facts"):
        for name, value in entries:
            if value:
                tag("dt", name)
                tag("dd", value, "vb-text")
