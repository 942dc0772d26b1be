"""CSV for spreadsheets: with a BOM, by which Excel reads the Chinese, and nothing that it would run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

_STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


BEGINNING: Final = b"\xef\xbb\xbf"
"""Of a file, before its first line."""


def csv_lines(lines: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([harmless(cell) for cell in line] for line in lines)
    return text.getvalue().encode("utf-8")


def harmless(cell: str) -> str:
    """The cell as text: an apostrophe goes before what a spreadsheet would take for a formula."""
    plain = cell.replace("\0", "")
    return f"'{plain}" if plain.lstrip(" \u00a0\u3000").startswith(_STARTS_FORMULA) else plain
