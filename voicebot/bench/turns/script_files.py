"""The package's scenarios, from turnbench/data: one file a kind.

What a file leaves open (voice, level, the exact moment) is drawn from the scenario's own id, so it stays the same
whatever is added elsewhere. `takes` says how often each entry is run, every time in another voice and background.
"""

import random
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, Final

from voicebot.bench.turns.scenarios import (
    Background,
    Half,
    Kind,
    Pause,
    Piece,
    Scenario,
    Sound,
    Words,
    backgrounds,
    draw_condition,
    halves,
)
from voicebot.dialogue.types import Expecting

NOISES: Final = ("white", "pink", "babble", "office")


def load() -> list[Scenario]:
    """The scenarios of all kinds."""
    return [scenario for kind in Kind for scenario in _of_kind(kind)]


def _of_kind(kind: Kind) -> Iterator[Scenario]:
    table = tomllib.loads(files("voicebot.bench.turns").joinpath(f"data/{kind}.toml").read_text("utf-8"))
    entries: list[dict[str, Any]] = table["turns"]
    takes = int(table.get("takes", 1))
    around = backgrounds(NOISES)
    for number, (entry, half) in enumerate(zip(entries, halves([e["id"] for e in entries]), strict=True)):
        for take in range(takes):
            name = f"{entry['id']}.{take + 1}" if takes > 1 else entry["id"]
            background = around[(number // 2 * takes + take) % len(around)]
            yield _scenario(name, kind, half, table | entry, background)


def _scenario(name: str, kind: Kind, half: Half, said: Mapping[str, Any], background: Background) -> Scenario:
    rng = random.Random(f"{kind}/{name}")
    if "noise" in said:
        background = Background(said["noise"], float(said["snr_db"]))
    return Scenario(
        id=name,
        kind=kind,
        half=half,
        language=said.get("language", "cmn"),
        expecting=Expecting(said["expecting"]),
        prompt_ms=said["prompt_ms"],
        start_ms=rng.randint(*said["start_ms"]),
        turns=tuple(tuple(map(_piece, turn)) for turn in [said["say"], *said.get("then", [])]),
        condition=draw_condition(rng, background),
    )


def _piece(written: str | int | Mapping[str, str]) -> Piece:
    match written:
        case str():
            return Words(written)
        case int():
            return Pause(written)
        case _:
            return Sound(written["sound"])
