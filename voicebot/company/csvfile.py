"""CSV tables with a header row; every row remembers its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from voicebot.company.problems import Problem, suggest
from voicebot.company.textfile import read_text


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    values: dict[str, str]
    """Empty cells are left out."""


def read_csv(path: Path, shown: str, columns: Iterable[str]) -> tuple[list[Row], list[Problem]]:
    """Rows, and the problems of the table's shape. `columns` are those that may occur."""
    text = read_text(path, shown)
    if isinstance(text, Problem):
        return [], [text]
    table = csv.reader(io.StringIO(text, newline=""))
    try:
        header = [name.strip() for name in next(table, [])]
        if unknown := [name for name in header if name not in set(columns)]:
            return [], [Problem(shown, 1, f"unknown column {unknown[0]!r}", suggest(unknown[0], columns))]
        return _rows(table, header, shown)
    except csv.Error as error:
        return [], [Problem(shown, table.line_num, f"not valid CSV: {error}", "Check the quotes around that line")]


def _rows(table: Iterable[list[str]], header: list[str], shown: str) -> tuple[list[Row], list[Problem]]:
    rows: list[Row] = []
    problems: list[Problem] = []
    for cells in table:
        line: int = table.line_num  # type: ignore[attr-defined]
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            remedy = "A comma inside a value needs quotes around the value"
            problems.append(Problem(shown, line, f"{len(cells)} cells under {len(header)} columns", remedy))
            continue
        rows.append(Row(line, {k: c.strip() for k, c in zip(header, cells, strict=True) if c.strip()}))
    return rows, problems
