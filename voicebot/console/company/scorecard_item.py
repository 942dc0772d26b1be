"""One item of a scorecard: how it is decided, its usual settings as a form, and the versions of its file."""

from __future__ import annotations

import asyncio

from nicegui import ui

from voicebot.company.problems import CompanyError
from voicebot.company_changes.files import NotChangeable
from voicebot.company_changes.toml_edit import Fields, only_changed, with_item
from voicebot.console.company.entry import one_line
from voicebot.console.company.file_page import edit_link
from voicebot.console.company.mistakes import mistakes
from voicebot.console.company.publish_bar import PublishBar
from voicebot.console.company.room import may_edit, room
from voicebot.console.company.versions import versions_panel
from voicebot.console.components.parts import box, panel, tag
from voicebot.console.pages.decided_how import decided_how
from voicebot.console.scorecard_words.rule_words import RuleWords
from voicebot.console.visit import Visit, not_found
from voicebot.qa.scorecard.files import read_scorecards
from voicebot.qa.scorecard.model import Item, Scorecard


async def scorecard_item(visit: Visit) -> None:
    cards, _ = await asyncio.to_thread(read_scorecards, visit.sources.company.directory)
    card = next((card for card in cards if card.name == visit.asked("card")), None)
    item = card.item(visit.asked("item")) if card else None
    if card is None or item is None:
        not_found(visit)
        return
    t, file = visit.t, f"scorecards/{card.name}.toml"
    with room(visit, "rules", item.title, tab="scorecards") as tools:
        with tools:
            edit_link(visit, file)
        try:
            base = await visit.sources.publisher.current(file)
        except CompanyError as error:
            tag("p", mistakes(t, error), "vb-bad vb-text")
            return
        with box("vb-columns vb-columns-wide-left"):
            with box("vb-stack"):
                with panel(t("rule.how")):
                    decided_how(t, RuleWords(t, visit.names, card), item)
                with panel(t("card.form")), box("vb-form"):
                    _form(visit, card, item, file, base)
            with box():
                await versions_panel(visit, file)


def _form(visit: Visit, card: Scorecard, item: Item, file: str, base: str | None) -> None:
    t = visit.t
    title = ui.input(t("card.item"), value=item.title).props("outlined dense maxlength=40")
    weight = ui.number(t("card.weight"), value=item.weight, min=0, max=100).props("outlined dense step=any")
    fatal = ui.checkbox(t("card.fatal"), value=item.fatal)
    question = ui.textarea(t("card.question"), value=item.question).props("outlined autogrow maxlength=300")
    question.set_visibility(item.judge is not None)
    advice = ui.textarea(t("card.advice"), value=item.advice).props("outlined autogrow maxlength=200")
    if not may_edit(visit):
        for field in (title, weight, question, advice):
            field.props("readonly")
        fatal.props("disable")

    def said() -> Fields:
        return {
            "title": one_line(title.value),
            "weight": _whole(weight.value),
            "fatal": True if fatal.value else None,
            "question": one_line(question.value),
            "advice": one_line(advice.value),
        }

    begun = said()

    def text(current: str | None) -> str:
        changed = with_item(current or "", item.name, only_changed(said(), begun))
        if changed is None:
            raise NotChangeable(t("card.item_gone"))
        return changed

    labels = {key: t(f"card.{key}") for key in ("weight", "fatal", "question", "advice")} | {"title": t("card.item")}
    then = f"/company/scorecards?card={card.name}"
    PublishBar(visit, file, base, text, then=then, labels=labels)


def _whole(weight: float | None) -> float | None:
    """4 rather than 4.0, as people write it."""
    return int(weight) if weight is not None and weight == int(weight) else weight
