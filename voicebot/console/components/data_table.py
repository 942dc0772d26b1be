"""A table of texts, badges and bars whose rows may lead somewhere: one element however many rows it has."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from nicegui.element import Element

from voicebot.console.components.parts import Tone


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    width: str = ""
    """CSS width; the columns without one share what is left."""
    align: Literal["left", "right"] = "left"


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    second: str = ""
    """A fainter line below."""
    tone: Tone | None = None
    """Shown as a badge of this tone."""
    share: float | None = None
    """0..1: shown as a bar with the text beside it."""
    since: float | None = None
    """Unix time: shown as the time that has passed since then, counting on."""
    marked: str = ""
    """These words are marked where they are in the text or the second line."""


@dataclass(frozen=True, slots=True)
class Row:
    cells: Sequence[Cell | str]
    href: str = ""
    """Where a click on the row leads."""
    id: str = ""


class DataTable(Element, component="data_table.js"):
    """Emits `choose` with a row's id when a row without `href` is clicked, if `choosable`."""

    def __init__(
        self, columns: Sequence[Column], rows: Sequence[Row] = (), *, name: str, choosable: bool = False
    ) -> None:
        """name: what the table holds, for those who hear the page."""
        super().__init__()
        self.props["columns"] = [asdict(column) for column in columns]
        self.props["name"] = name
        self.props["choosable"] = choosable
        self.show(rows)

    def show(self, rows: Sequence[Row], *, chosen: str = "") -> None:
        self.props["clock"] = time.time()
        self.props["rows"] = [_plain(row) for row in rows]
        self.props["chosen"] = chosen


def _plain(row: Row) -> dict[str, object]:
    cells = [asdict(cell if isinstance(cell, Cell) else Cell(cell)) for cell in row.cells]
    return {"id": row.id, "href": row.href, "cells": cells}
