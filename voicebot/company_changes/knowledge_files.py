"""In which file of a company's folder an entry of its knowledge stands."""

from __future__ import annotations

import tomllib
from pathlib import Path

FOLDER = "knowledge"


def files_of(directory: Path) -> list[str]:
    """As `knowledge/delivery.toml`."""
    return sorted(f"{FOLDER}/{path.name}" for path in (directory / FOLDER).glob("*.toml"))


def places_of(directory: Path) -> dict[str, str]:
    """Entry's id -> its file. Files that cannot be read are left out: what was read before is in force."""
    found: dict[str, str] = {}
    for file in files_of(directory):
        try:
            data = tomllib.loads((directory / file).read_text("utf-8-sig"))
        except (OSError, ValueError):
            continue
        entries = [entry for entry in data.get("entry", []) if isinstance(entry, dict)]
        found |= {str(entry["id"]): file for entry in entries if "id" in entry}
    return found
