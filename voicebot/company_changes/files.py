"""Which files of a company's folder people may change in the console, and how one is read and written."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from voicebot.company.problems import CompanyError, Problem
from voicebot.company.textfile import read_text

KINDS: Final[Mapping[str, str]] = {
    "knowledge": r"knowledge/[a-z0-9][a-z0-9_-]{0,39}\.toml",
    "intents": r"intents/[a-z][a-z0-9_]{0,39}\.toml",
    "flows": r"flows/[a-z][a-z0-9_]{0,39}\.toml",
    "scorecards": r"scorecards/[a-z][a-z0-9_]{0,39}\.toml",
    "prompts": r"prompts\.toml",
    "agents": r"agents\.csv",
    "hotwords": r"dictionary\.txt",
    "routing": r"routing\.toml",
    "profile": r"company\.toml",
}
"""Kind -> the paths inside the folder. Customers and orders are not among them: they are not to be kept for ever."""
LONGEST: Final = 1_000_000
"""Characters of a file."""


class NotChangeable(Exception):
    """The file is none that may be changed here, or the folder cannot be written. The message says what to do."""


def kind_of(file: str) -> str | None:
    """None: no such file may be changed."""
    return next((kind for kind, pattern in KINDS.items() if re.fullmatch(pattern, file)), None)


def changeable(file: str) -> str:
    """Raises NotChangeable."""
    if kind_of(file) is None:
        raise NotChangeable(f"{file!r} is no file that can be changed here: name one as knowledge/delivery.toml")
    return file


def read_file(directory: Path, file: str) -> str | None:
    """What is in it now; None where there is no such file. Raises NotChangeable, and CompanyError for no UTF-8."""
    path = directory / changeable(file)
    if not path.exists():
        return None
    text = read_text(path, file)
    if isinstance(text, Problem):
        raise CompanyError([text])
    return text


def write_file(directory: Path, file: str, text: str | None) -> None:
    """Whole or not at all, and on disk when this returns; None takes the file away. Raises NotChangeable."""
    path = directory / changeable(file)
    try:
        if text is None:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(exist_ok=True)
            _replace(path, text)
        _flush_folder(path.parent)
    except OSError as error:
        raise _not_writable(path, str(error.strerror)) from error


def require_writable(directory: Path, file: str) -> None:
    """Raises NotChangeable where `write_file` is sure to."""
    path = directory / file
    folder = path.parent if path.parent.exists() else directory
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _not_writable(path, "no permission")


def _not_writable(path: Path, why: str) -> NotChangeable:
    return NotChangeable(f"{path} cannot be written ({why}): let the console's user write there, or free some space")


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        unfinished.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
