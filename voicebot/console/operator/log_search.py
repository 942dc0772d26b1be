"""Finds what the processes of this machine logged about one call."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from voicebot.logs import FILES
from voicebot.masking import mask_values

MOST: Final = 1000
_HEAD: Final = frozenset({"timestamp", "level", "logger", "event", "call_id"})


@dataclass(frozen=True, slots=True)
class LogLine:
    at: str
    """ISO 8601 in UTC."""
    process: str
    level: str
    event: str
    rest: str
    """Everything else, as name=value; personal numbers masked."""


def logs_of_call(data_dir: Path, call_id: str) -> list[LogLine]:
    """In order of time. Reads some ten megabytes at most; blocks."""
    sought, found = call_id.encode(), []
    for file in sorted((data_dir / FILES).glob("*.jsonl*")):
        process = file.name.partition(".")[0]
        try:
            with file.open("rb") as lines:
                found += [line for raw in lines if sought in raw for line in _parsed(process, raw, call_id)]
        except OSError:  # it has just been rotated away
            continue
    return sorted(found, key=lambda line: line.at)[-MOST:]


def _parsed(process: str, raw: bytes, call_id: str) -> Iterator[LogLine]:
    try:
        entry = json.loads(raw)
    except ValueError:  # the last line of a process that was killed
        return
    if not isinstance(entry, dict) or call_id not in (entry.get("call_id"), entry.get("call")):
        return
    rest = mask_values({key: value for key, value in entry.items() if key not in _HEAD and key != "call"})
    shown = "  ".join(f"{key}={value}" for key, value in rest.items())
    at, level, event = (str(entry.get(key, "")) for key in ("timestamp", "level", "event"))
    yield LogLine(at, process, level, event, shown)
