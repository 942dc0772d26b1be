"""TOML with line numbers: tomllib forgets where a value stood, and a person needs to know."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voicebot.company.problems import Problem
from voicebot.company.textfile import read_text

Location = Sequence[str | int]
"""Path to a value: ("slots", 0, "type")."""

_TABLE = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_.\-\"']+)\s*=")
_ERROR_LINE = re.compile(r"\(at line (\d+)")


@dataclass(frozen=True, slots=True)
class TomlFile:
    shown: str
    """Path inside the company folder."""
    data: dict[str, Any]
    text: str

    def line(self, location: Location) -> int | None:
        """Line of the value, or of the nearest thing around it that has a line of its own."""
        lines = _line_map(self.text)
        path = tuple(location)
        while path and path not in lines:
            path = path[:-1]
        return lines.get(path)


def read_toml(path: Path, shown: str) -> TomlFile | Problem:
    text = read_text(path, shown)
    if isinstance(text, Problem):
        return text
    try:
        return TomlFile(shown, tomllib.loads(text), text)
    except RecursionError:
        return Problem(shown, None, "nested too deep", "Remove the surplus brackets")
    except tomllib.TOMLDecodeError as error:
        found = _ERROR_LINE.search(str(error))
        line = int(found[1]) if found else None
        message = str(error).split(" (at ")[0]
        return Problem(shown, line, f"not valid TOML: {message}", "Check quotes, brackets and commas around that line")


def _line_map(text: str) -> dict[tuple[str | int, ...], int]:
    """Location -> line, by table headers and keys at the start of lines. Multi-line strings are stepped over."""
    lines: dict[tuple[str | int, ...], int] = {}
    counts: dict[tuple[str | int, ...], int] = {}
    table: tuple[str | int, ...] = ()
    in_string = False
    for number, line in enumerate(text.splitlines(), 1):
        opens_or_closes = (line.count('"""') + line.count("'''")) % 2 == 1
        if not in_string:
            if header := _TABLE.match(line):
                table = _resolve(_parts(header[2]), header[1] == "[[", counts)
                lines.setdefault(table, number)
                lines.setdefault(table[:-1], number)
            elif key := _KEY.match(line):
                parts = _parts(key[1])
                for end in range(1, len(parts) + 1):
                    lines.setdefault((*table, *parts[:end]), number)
        in_string ^= opens_or_closes
    return lines


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]


def _resolve(parts: list[str], is_array: bool, counts: dict[tuple[str | int, ...], int]) -> tuple[str | int, ...]:
    """Full location of a table header, with the indices of the arrays of tables that it lies in."""
    location: tuple[str | int, ...] = ()
    for index, part in enumerate(parts):
        location = (*location, part)
        if is_array and index == len(parts) - 1:
            counts[location] = counts.get(location, -1) + 1
        if location in counts:
            location = (*location, counts[location])
    return location
