"""A chart of stacked columns over time, with its legend: small, drawn as SVG by our own script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from nicegui.element import Element


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    values: Sequence[float | None]
    """One for each label of the chart; None where there is none, in a chart of lines."""
    colour: str
    """A CSS colour, such as var(--accent)."""


class ColumnsChart(Element, component="columns_chart.js"):
    """`lines`: draws lines in place of columns."""

    def __init__(
        self,
        labels: Sequence[str] = (),
        series: Sequence[Series] = (),
        *,
        name: str,
        unit: str = "",
        lines: bool = False,
    ) -> None:
        super().__init__()
        self.props["name"] = name
        self.props["unit"] = unit
        self.props["lines"] = lines
        self.show(labels, series)

    def show(self, labels: Sequence[str], series: Sequence[Series]) -> None:
        self.props["labels"] = list(labels)
        self.props["series"] = [asdict(each) for each in series]
