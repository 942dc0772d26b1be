"""CSV that a spreadsheet may open: no cell is taken for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Final, TextIO

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(value: object) -> str:
    """Text for a cell; None is empty. What a spreadsheet would take for a formula gets an apostrophe before it."""
    text = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    is_number = isinstance(value, int | float)
    return f"'{text}" if not is_number and text.lstrip(" \u00a0\ufeff").startswith(_FORMULA) else text


def write_rows(file: TextIO, rows: Iterable[Sequence[object]]) -> None:
    writer = csv.writer(file)
    writer.writerows([cell(value) for value in row] for row in rows)
