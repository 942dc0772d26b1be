"""The scorecards: what a call is worth, item by item, each with how it is decided."""

from __future__ import annotations

import asyncio

from voicebot.console.company.file_page import edit_link
from voicebot.console.company.mistakes import mistake
from voicebot.console.company.room import room
from voicebot.console.company.versions import versions_panel
from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import box, empty, facts, link, panel, tag
from voicebot.console.scorecard_words.rule_words import RuleWords
from voicebot.console.visit import Visit
from voicebot.qa.scorecard.files import read_scorecards
from voicebot.qa.scorecard.model import Scorecard


async def scorecards(visit: Visit) -> None:
    t = visit.t
    cards, problems = await asyncio.to_thread(read_scorecards, visit.sources.company.directory)
    chosen = next((card for card in cards if card.name == visit.asked("card")), cards[0] if cards else None)
    with room(visit, "rules", t("company.tab.scorecards"), tab="scorecards") as tools:
        for problem in problems:
            tag("p", mistake(visit.t, problem), "vb-bad vb-text vb-plain")
        if chosen is None:
            with empty("grading", t("card.none.title"), t("card.none.what_to_do")):
                return
        with tools:
            if len(cards) > 1:
                with box("vb-choices"):
                    for card in cards:
                        element = link(card.title, f"/company/scorecards?card={card.name}", "vb-choice")
                        if card is chosen:
                            element.props["aria-current"] = "true"
            edit_link(visit, f"scorecards/{chosen.name}.toml")
        with panel(chosen.title, flush=True, classes="vb-whole-cells"):
            _items(visit, chosen)
        with box("vb-columns"):
            with box():
                _about(visit, chosen)
            with box():
                await versions_panel(visit, f"scorecards/{chosen.name}.toml")


def _items(visit: Visit, card: Scorecard) -> None:
    t, words = visit.t, RuleWords(visit.t, visit.names, card)
    columns = [
        Column(t("card.item"), "16rem"),
        Column(t("card.dimension"), "6.5rem"),
        Column(t("card.weight"), "4.5rem", "right"),
        Column(t("rule.how")),
        Column("", "6.5rem"),
    ]
    rows = [
        Row(
            [
                Cell(item.title, second=item.advice),
                card.dimensions[item.dimension].title,
                f"{item.weight:g}",
                Cell(words.decided_by(item), second=t("rule.next").join(words.counts(item))),
                Cell(t("score.fatal") if item.fatal else "", tone="bad" if item.fatal else None),
            ],
            href=f"/company/scorecards/{card.name}/{item.name}",
            id=item.name,
        )
        for item in card.items
    ]
    DataTable(columns, rows, name=card.title)


def _about(visit: Visit, card: Scorecard) -> None:
    t = visit.t
    with panel(t("card.about")):
        facts(
            [
                (t("card.version"), card.version),
                (t("card.kinds"), t.listed(t.named("card_kind", kind) for kind in card.applies.kinds)),
                (t("call.intent"), t.listed(map(visit.names.intent, card.applies.intents))),
                (t("call.team"), t.listed(card.applies.teams)),
                (t("card.shortest"), t("measure.seconds", seconds=f"{card.shortest_s:g}")),
                (t("card.least_decided"), f"{card.least_decided:.0%}"),
                (t("card.dimensions"), t.listed(each.title for each in card.dimensions.values())),
            ]
        )
