"""CSV rows as models: lists split, relative dates resolved, every problem with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from voicebot.company.csvfile import Row, read_csv
from voicebot.company.dates import resolve
from voicebot.company.problems import Problem
from voicebot.company.validation import row_problems

_M = TypeVar("_M", bound=BaseModel)

SEPARATOR = "|"
_LISTS = frozenset({"tags", "aliases", "languages"})
"""Columns that hold several values."""


def read_rows(
    directory: Path, shown: str, model: type[_M], *, today: date | None = None
) -> tuple[tuple[_M, ...], list[Problem]]:
    """The rows of directory/shown that fit `model`, and what is wrong with the others.

    `today` resolves relative dates; without it there are none.
    """
    rows, problems = read_csv(directory / shown, shown, list(model.model_fields))
    found = []
    for row in rows:
        try:
            found.append(model.model_validate(_cells(row, today)))
        except ValidationError as error:
            problems += row_problems(error, model, shown, row.line)
    return tuple(found), problems


def _cells(row: Row, today: date | None) -> dict[str, Any]:
    return {name: _cell(name, value, today) for name, value in row.values.items()}


def _cell(name: str, value: str, today: date | None) -> object:
    if name in _LISTS:
        return [part.strip() for part in value.split(SEPARATOR)]
    return resolve(value, today) if today else value
