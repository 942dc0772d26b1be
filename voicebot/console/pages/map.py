"""Where callers ring from: a schematic map by province, its dialects, and how content they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from nicegui import ui

from dialect_router.dialects import dialects
from dialect_router.regions import provinces
from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import badge, box, empty, facts, link, panel, tag
from voicebot.console.components.tile_map import Tile, TileMap, places
from voicebot.console.names import Names
from voicebot.console.pages.span_choice import chosen_period, list_span, span_choice
from voicebot.console.shell import framed
from voicebot.console.visit import Visit
from voicebot.store.call_figures import ProvinceFigures

MEASURES: Final = ("calls", "dialects", "upset", "match")


async def china_map(visit: Visit) -> None:
    t, period = visit.t, chosen_period(visit)
    found, unplaced = await visit.figures.provinces(period, list(dialects())), await visit.figures.unplaced(period)
    measure = visit.asked("show") if visit.asked("show") in MEASURES else MEASURES[0]
    chosen = visit.asked("province") if visit.asked("province") in provinces() else ""
    with framed(visit.viewer, "map", t("map.title")) as tools:
        with tools:
            span_choice(visit, show=measure, province=chosen)
        if not found:
            with empty("map", t("map.none.title"), t("map.none.what_to_do")):
                return
        with box("vb-columns vb-columns-wide-left"):
            with panel(t(f"map.{measure}")) as beside:
                with beside, box("vb-choices"):
                    for each in MEASURES:
                        element = link(t(f"map.{each}"), _address(visit, each, chosen), "vb-choice")
                        if each == measure:
                            element.props["aria-current"] = "true"
                drawn = TileMap(name=t("map.title"))
                drawn.show(_tiles(visit, found, measure), chosen=chosen)
                drawn.on("choose", lambda event: ui.navigate.to(_address(visit, measure, str(event.args))))
                tag("p", t("map.schematic"), "vb-faint vb-small")
                if unplaced:
                    tag("p", t("map.unplaced", count=unplaced), "vb-faint vb-small")
            with box("vb-stack"):
                if chosen:
                    _province(visit, chosen, found.get(chosen))
                _busiest(visit, found, measure)


def _address(visit: Visit, measure: str, province: str) -> str:
    given = {"span": visit.asked("span"), "show": measure, "province": province}
    return f"/map?{urlencode({name: value for name, value in given.items() if value})}"


def _tiles(visit: Visit, found: Mapping[str, ProvinceFigures], measure: str) -> list[Tile]:
    most = max(figures.calls for figures in found.values())
    tiles = []
    for province in places():
        figures = found.get(province)
        name = visit.names.province(province)
        if figures is None:
            tiles.append(Tile(province, name, "", -1))
            continue
        hint = visit.t("map.hint", province=name, calls=figures.calls, upset=f"{figures.upset / figures.calls:.0%}")
        text, share = _shown(visit.names, figures, measure, most)
        tiles.append(Tile(province, name, text, share, hint=f"{hint} {text}" if measure == "dialects" else hint))
    return tiles


def _shown(names: Names, figures: ProvinceFigures, measure: str, most: int) -> tuple[str, float]:
    """A tile's text, and its share of the deepest colour; less than 0 where there is nothing to show."""
    if measure == "calls":
        return str(figures.calls), figures.calls / most
    if measure == "dialects":
        spoken = max(figures.dialects, key=lambda dialect: figures.dialects[dialect], default="")
        return (names.dialect(spoken), figures.dialects[spoken] / figures.calls) if spoken else ("", -1)
    part, whole = (figures.upset, figures.calls) if measure == "upset" else (figures.matched, figures.with_agent)
    return (f"{part / whole:.0%}", part / whole) if whole else ("", -1)


def _province(visit: Visit, province: str, figures: ProvinceFigures | None) -> None:
    t, names = visit.t, visit.names
    with panel(names.province(province)) as beside:
        if figures is None:
            tag("p", t("map.no_calls"), "vb-faint")
            return
        with beside:
            link(t("map.to_calls"), f"/calls?{urlencode({'province': province, **list_span(visit)})}")
        facts(
            [
                (t("map.calls"), str(figures.calls)),
                (t("map.upset"), f"{figures.upset / figures.calls:.0%}"),
                (t("map.handed_over"), f"{figures.with_agent} "),
                (t("map.match"), f"{figures.matched / figures.with_agent:.0%}" if figures.with_agent else ""),
            ]
        )
        with box("vb-row vb-wrap vb-above"):
            for dialect, count in sorted(figures.dialects.items(), key=lambda each: -each[1]):
                badge(f"{names.dialect(dialect)} {count}", "caller")


def _busiest(visit: Visit, found: Mapping[str, ProvinceFigures], measure: str) -> None:
    t, names = visit.t, visit.names
    most = max(figures.calls for figures in found.values())
    in_order = sorted(found.items(), key=lambda each: -each[1].calls)[:12]
    columns = [Column(t("call.province"), "8rem"), Column(t("map.calls"))]
    if measure != "calls":
        columns.append(Column(t(f"map.{measure}"), "9rem"))
    rows = []
    for province, figures in in_order:
        cells = [
            Cell(names.province(province)),
            Cell(str(figures.calls), share=figures.calls / most),
            Cell(_shown(names, figures, measure, most)[0] or "–"),
        ]
        rows.append(Row(cells[: len(columns)], href=_address(visit, measure, province), id=province))
    with panel(t("map.busiest"), flush=True):
        DataTable(columns, rows, name=t("map.busiest"))
