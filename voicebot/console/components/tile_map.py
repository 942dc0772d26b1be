"""A schematic map of China: one tile for each province, roughly where it lies, coloured by a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files

from nicegui.element import Element


@dataclass(frozen=True, slots=True)
class Tile:
    province: str
    """The province's short Chinese name, by which it is told apart."""
    name: str
    text: str
    """The figure as it is shown."""
    share: float
    """0..1: how strongly the tile is coloured; below 0: nothing is known."""
    hint: str = ""


class TileMap(Element, component="tile_map.js"):
    """Emits `choose` with a province's short name."""

    def __init__(self, tiles: Sequence[Tile] = (), *, name: str) -> None:
        super().__init__()
        self.props["places"] = {province: list(place) for province, place in places().items()}
        self.props["name"] = name
        self.show(tiles)

    def show(self, tiles: Sequence[Tile], *, chosen: str = "") -> None:
        self.props["tiles"] = [asdict(tile) for tile in tiles]
        self.props["chosen"] = chosen


@cache
def places() -> Mapping[str, tuple[int, int]]:
    """Province -> column and row, from 0 at the north-west corner."""
    text = files("voicebot.console.components").joinpath("tile_map.txt").read_text(encoding="utf-8")
    rows = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return {name: (column, row) for row, line in enumerate(rows) for column, name in enumerate(line) if name != "."}
