"""How far each item of a scorecard can be trusted, measured against people who scored blind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import Figure, Tone, badge, box, empty, link, panel, tag
from voicebot.console.shell import framed
from voicebot.console.texts import Texts
from voicebot.console.visit import Visit
from voicebot.qa.review.agreement import Interval
from voicebot.qa.review.calibrating import KeptCalibration, kept_calibrations
from voicebot.qa.review.calibration import LEAST_CALLS, ItemCalibration
from voicebot.qa.scorecard.files import read_scorecards
from voicebot.qa.scorecard.model import Item, Scorecard

STATES: Final[Mapping[str, Tone]] = {"assist_only": "bad", "trusted": "good", "few": "warn", "none": ""}
"""In the order in which the items are shown."""


@dataclass(frozen=True, slots=True)
class _Measured:
    """An item, and its figures where anybody has scored it blind."""

    item: Item
    figures: ItemCalibration | None

    @property
    def state(self) -> str:
        if self.figures is None or not self.figures.n + self.figures.disputed + self.figures.unsure:
            return "none"
        if self.figures.assist_only:
            return "assist_only"
        return "trusted" if self.figures.n >= LEAST_CALLS else "few"


async def calibration(visit: Visit) -> None:
    t = visit.t
    kept = {(each.scorecard, each.figures.item): each for each in await kept_calibrations(visit.sources.store)}
    cards, _ = read_scorecards(visit.sources.company.directory)
    with framed(visit.viewer, "calibration", t("calibration.title")) as tools:
        with tools:
            link(t("calibration.to_samples"), "/reviews", "vb-button")
        if not cards:
            with empty("balance", t("calibration.no_cards.title"), t("calibration.no_cards.what_to_do")):
                return
        with box("vb-stack"):
            for card in cards:
                _card(visit, card, kept)
            with panel(t("calibration.how_to_read")):
                for line in ("kappa", "bias", "recall", "assist_only"):
                    tag("p", t(f"calibration.explained_{line}"), "vb-soft")


def _card(visit: Visit, card: Scorecard, kept: Mapping[tuple[str, str], KeptCalibration]) -> None:
    t = visit.t
    found = [
        _Measured(item, each.figures if (each := kept.get((card.name, item.name))) else None) for item in card.items
    ]
    order = list(STATES)
    found.sort(key=lambda each: order.index(each.state))
    times = [each.calibrated_at for (name, _), each in kept.items() if name == card.name]
    with box("vb-figure-row"):
        for state in ("trusted", "assist_only", "few", "none"):
            count = sum(each.state == state for each in found)
            Figure(t(f"calibration.{state}"), value=str(count), hint=t(f"calibration.{state}_hint", least=LEAST_CALLS))
    if doubted := [each for each in found if each.state == "assist_only"]:
        _doubted(t, doubted)
    with panel(f"{card.title} {card.version}", flush=True) as beside:
        with beside:
            at = visit.names.time(max(times)) if times else ""
            tag("span", t("calibration.measured_at", at=at) if at else "", "vb-faint vb-small")
        _table(t, card, found)


def _doubted(t: Texts, found: Sequence[_Measured]) -> None:
    with panel(t("calibration.doubted")):
        tag("p", t("calibration.doubted_hint"), "vb-soft vb-first")
        for each in found:
            with box("vb-row vb-wrap"):
                badge(t("calibration.assist_only"), STATES["assist_only"], icon="warning_amber")
                tag("span", each.item.title, "vb-strong")
                tag("span", each.figures.why if each.figures else "", "vb-text")


def _table(t: Texts, card: Scorecard, found: Sequence[_Measured]) -> None:
    columns = [
        Column(t("quality.item")),
        Column(t("calibration.state"), "7.6rem"),
        Column(t("calibration.n"), "6rem", "right"),
        Column(t("calibration.agreement"), "7.4rem", "right"),
        Column(t("calibration.kappa"), "7.4rem", "right"),
        Column(t("calibration.people"), "5rem", "right"),
        Column(t("calibration.bias"), "5rem", "right"),
        Column(t("calibration.prevalence"), "6.2rem", "right"),
        Column(t("calibration.recall"), "6.2rem", "right"),
    ]
    DataTable(columns, [_row(t, each) for each in found], name=card.title)


def _row(t: Texts, each: _Measured) -> Row:
    item, found = each.item, each.figures
    head = [
        Cell(item.title, second=t("score.fatal") if item.fatal else ""),
        Cell(t(f"calibration.{each.state}"), tone=STATES[each.state]),
    ]
    if found is None or each.state == "none":
        return Row([*head, *("–" for _ in range(7))], id=item.name)
    left_out = [
        t(f"calibration.{name}", count=count)
        for name, count in (("unsure", found.unsure), ("disputed", found.disputed))
        if count
    ]
    return Row(
        [
            *head,
            Cell(str(found.n), second=" ".join(left_out)),
            Cell(_share(found.agreement), second=_shares(found.agreement_interval)),
            Cell(_number(found.kappa), second=_numbers(found.kappa_interval)),
            _number(found.people_kappa),
            "–" if found.bias is None else f"{found.bias:+.0%}",
            _share(found.prevalence),
            _recall(item, found),
        ],
        id=item.name,
    )


def _recall(item: Item, found: ItemCalibration) -> Cell:
    """A fatal item that misses a violation lets a call through that should have had no points."""
    tone: Tone | None = None
    if item.fatal and found.recall is not None:
        tone = "good" if found.recall == 1 else "bad"
    return Cell(_share(found.recall), tone=tone)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _shares(interval: Interval | None) -> str:
    return "" if interval is None else f"{interval.low:.0%}–{interval.high:.0%}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _numbers(interval: Interval | None) -> str:
    return "" if interval is None else f"{interval.low:.2f}–{interval.high:.2f}"
