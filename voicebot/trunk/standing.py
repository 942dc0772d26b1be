"""How we stand with the carrier, in a file of the data folder for whoever looks: `voicebot doctor`, the console."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal, get_args

import structlog

log = structlog.get_logger(__name__)

FILE: Final = "trunk.json"
"""In the data folder, while the media process runs."""

State = Literal["unknown", "registered", "refused", "unwanted", "silent", "away", "not_found"]
"""unknown: nothing was asked of it yet; refused: it does not take user or password; unwanted: it takes no registration;
silent: it does not answer when we sign in; away: it answers nothing any more, and no call is tried; not_found: its name
has no address."""


@dataclass(frozen=True, slots=True)
class TrunkStanding:
    """What is known now."""

    state: State
    said: str = ""
    """The carrier's words, as 403 Forbidden, or why its name has no address."""
    again_at: float = 0.0
    """Unix time of the next attempt."""

    @property
    def again_in_min(self) -> int:
        return max(1, round((self.again_at - time.time()) / 60))


def write_standing(folder: Path, standing: TrunkStanding) -> None:
    unfinished = (folder / FILE).with_suffix(".part")
    try:
        unfinished.write_text(json.dumps(asdict(standing)), "utf-8")
        unfinished.replace(folder / FILE)
    except OSError as error:  # nobody can look then; calls go on
        log.warning("trunk_standing_not_written", reason=str(error))


def forget_standing(folder: Path) -> None:
    (folder / FILE).unlink(missing_ok=True)


def read_standing(folder: Path) -> TrunkStanding | None:
    """None where no media process with a trunk runs on this machine."""
    try:
        told = json.loads((folder / FILE).read_text("utf-8"))
        standing = TrunkStanding(str(told["state"]), str(told["said"]), float(told["again_at"]))  # type: ignore[arg-type]
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return standing if standing.state in get_args(State) else None
