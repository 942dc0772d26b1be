"""What the processes of a running system take of the machine, from /proc (Linux)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
_AFTER_NAME: Final = ")"  # the name in /proc/PID/stat may itself hold blanks and brackets
_USER_TICKS, _SYSTEM_TICKS = 11, 12  # fields of /proc/PID/stat behind the name, see proc(5)


@dataclass(frozen=True, slots=True)
class Usage:
    """Of one process, up to now."""

    cpu_s: float
    rss_mb: float


def processes_of(config: Path, proc: Path = PROC) -> dict[str, int]:
    """The system's processes by name ("serve", "media", ...): those that were started with this settings file."""
    found = {}
    for folder in proc.iterdir():
        if folder.name.isdigit() and (name := _command(folder, str(config))):
            found[name] = int(folder.name)
    return found


def usage(processes: Mapping[str, int], proc: Path = PROC) -> dict[str, Usage]:
    """Of each process that still runs."""
    return {name: used for name, pid in processes.items() if (used := _usage(proc / str(pid)))}


def _command(folder: Path, config: str) -> str | None:
    """The sub-command in `python -m voicebot NAME ... --config CONFIG`."""
    try:
        arguments = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:  # it has just ended
        return None
    if config not in arguments or "voicebot" not in arguments:
        return None
    return arguments[arguments.index("voicebot") + 1]


def _usage(folder: Path) -> Usage | None:
    try:
        fields = (folder / "stat").read_text().rpartition(_AFTER_NAME)[2].split()
        resident_pages = int((folder / "statm").read_text().split()[1])
    except OSError:
        return None
    ticks = int(fields[_USER_TICKS]) + int(fields[_SYSTEM_TICKS])
    return Usage(ticks / os.sysconf("SC_CLK_TCK"), resident_pages * os.sysconf("SC_PAGESIZE") / 1e6)
