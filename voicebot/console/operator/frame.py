"""The frame of the operator's pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from voicebot.console.components.parts import box
from voicebot.console.shell import framed
from voicebot.console.visit import Visit


@contextmanager
def operators_page(visit: Visit, name: str) -> Iterator[ui.element]:
    """name: of the page, as in the navigation. Yields the place for tools."""
    with framed(visit.viewer, name, visit.t(f"nav.{name}")) as tools, box("vb-stack"):
        yield tools
