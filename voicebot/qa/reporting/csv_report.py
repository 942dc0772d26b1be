"""A report as CSV: one row a group, one row an item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TextIO

from voicebot.qa.reporting.cells import write_rows
from voicebot.qa.reporting.figures import GROUPINGS, Figures, GroupFigures
from voicebot.qa.reporting.names import Names

_GROUP_HEAD: Final = ("by", "name", "title", "calls", "scored", "mean_total", "mean_compliance", "fatal_calls")
_ITEM_HEAD: Final = (
    "by",
    "name",
    "title",
    "passed",
    "failed",
    "not_applicable",
    "for_a_person",
    "overridden",
    "pass_rate",
)


def write_groups(file: TextIO, figures: Figures, names: Names) -> None:
    write_rows(file, _groups(figures, names))


def write_items(file: TextIO, figures: Figures, names: Names) -> None:
    write_rows(file, _items(figures, names))


def _groups(figures: Figures, names: Names) -> Iterator[Sequence[object]]:
    yield _GROUP_HEAD
    yield _group("all", figures.whole, "")
    for grouping in GROUPINGS:
        for group in figures.groups[grouping]:
            yield _group(grouping, group, names.of(grouping, group.name))


def _group(by: str, group: GroupFigures, title: str) -> Sequence[object]:
    total, compliance = (None if mean is None else round(mean, 2) for mean in (group.total, group.compliance))
    return (by, group.name, title, group.calls, group.scored, total, compliance, group.fatal)


def _items(figures: Figures, names: Names) -> Iterator[Sequence[object]]:
    yield _ITEM_HEAD
    for each in figures.items:
        rate = None if each.pass_rate is None else round(each.pass_rate, 4)
        counts = (each.passed, each.failed, each.not_applicable, each.for_a_person, each.overridden)
        yield ("item", each.item, names.item(each.item), *counts, rate)
