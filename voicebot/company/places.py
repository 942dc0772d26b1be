"""Finds the line of something in the folder's files again, for problems that show only when the parts meet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from voicebot.company.problems import Problem
from voicebot.company.textfile import read_text
from voicebot.company.tomlfile import Location, TomlFile, read_toml


class Places:
    """Reads a file only when a problem needs its line."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def problem(self, shown: str, location: Location, message: str, remedy: str) -> Problem:
        """About a value of a TOML file."""
        file = read_toml(self._directory / shown, shown)
        return Problem(shown, file.line(location) if isinstance(file, TomlFile) else None, message, remedy)

    def problem_at_text(self, pattern: str, text: str, message: str, remedy: str, *, last: bool = False) -> Problem:
        """About the first (or last) line that holds `text` in the files that match `pattern` ("knowledge/*.toml")."""
        found = [(shown, line) for shown in self._files(pattern) for line in self._lines_with(shown, text)]
        shown, line = found[-1 if last else 0] if found else (pattern, None)
        return Problem(shown, line, message, remedy)

    def problem_of_two(self, pattern: str, first: str, last: str, message: str, remedy: str) -> Problem:
        """About the last line that holds `last`. message: names the first one that holds `first` as {place}."""
        earlier = self.problem_at_text(pattern, first, message, remedy)
        place = earlier.file if earlier.line is None else f"{earlier.file}:{earlier.line}"
        return self.problem_at_text(pattern, last, message.replace("{place}", place), remedy, last=True)

    def _files(self, pattern: str) -> list[str]:
        return sorted(path.relative_to(self._directory).as_posix() for path in self._directory.glob(pattern))

    def _lines_with(self, shown: str, text: str) -> list[int]:
        content = read_text(self._directory / shown, shown)
        if isinstance(content, Problem):
            return []
        return [number for number, line in enumerate(content.splitlines(), 1) if text in line]


def bare(text: str) -> str:
    """A sentence without punctuation and spaces, to compare what is said rather than how it is written."""
    return re.sub(r"[\W_]+", "", text)


def repeated(values: Iterable[str]) -> list[str]:
    """Those that were there before, once each."""
    return [value for value, count in Counter(values).items() if count > 1]
