"""What callers may want: the intents with their examples, and training the classifier that tells them apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nicegui import ui

from voicebot.company.problems import CompanyError
from voicebot.company.schema import Intent
from voicebot.company_changes.toml_edit import Fields, only_changed, with_table
from voicebot.console.company.entry import lines
from voicebot.console.company.file_page import edit_link
from voicebot.console.company.mistakes import mistakes
from voicebot.console.company.publish_bar import PublishBar
from voicebot.console.company.room import may_edit, room
from voicebot.console.company.training_panel import TrainingPanel, training_state
from voicebot.console.company.versions import versions_panel
from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import badge, box, panel, tag
from voicebot.console.visit import Visit, not_found

CONFUSED_WITH: Final = 6


async def intents(visit: Visit) -> None:
    t, known = visit.t, visit.sources.company.current.intents
    state = await training_state(visit)
    columns = [
        Column(t("intent.title"), "14rem"),
        Column(t("intent.leads_to"), "13rem"),
        Column(t("intent.description")),
        Column(t("intent.examples"), "6rem", "right"),
        Column(t("intent.recognised"), "9rem"),
    ]

    def show(measured: Mapping[str, Any]) -> None:
        f1 = measured.get("f1", {})
        listed.clear()
        with listed:
            DataTable(columns, [_row(visit, each, f1.get(name)) for name, each in known.items()], name=t("nav.intents"))

    with room(visit, "intents", t("nav.intents"), tab="intents"):
        TrainingPanel(visit, state, on_trained=show)
        with panel(t("intent.all", count=len(known)), flush=True):
            listed = box()
        show((state or {}).get("evaluation") or {})


def _row(visit: Visit, intent: Intent, f1: float | None) -> Row:
    measured = Cell("–") if f1 is None else Cell(f"{f1:.2f}", share=f1)
    return Row(
        [
            Cell(intent.title, second=intent.name),
            _leads_to(visit, intent),
            intent.description,
            str(len(intent.examples)),
            measured,
        ],
        href=f"/company/intents/{intent.name}",
        id=intent.name,
    )


def _leads_to(visit: Visit, intent: Intent) -> str:
    t = visit.t
    if intent.flow:
        return t("intent.to_flow", name=visit.sources.company.current.flows[intent.flow].title)
    if intent.answer:
        return t("intent.to_answer", name=t.named("prompt_name", intent.answer))
    return t("intent.to_role", name=t.named("intent.role", intent.role))


async def intent_page(visit: Visit) -> None:
    intent = visit.sources.company.current.intents.get(visit.asked("name"))
    if intent is None:
        not_found(visit)
        return
    t, file = visit.t, f"intents/{intent.name}.toml"
    state = await training_state(visit)
    with room(visit, "intents", intent.title, tab="intents") as tools:
        with tools:
            badge(_leads_to(visit, intent), "accent")
            edit_link(visit, file)
        try:
            base = await visit.sources.publisher.current(file)
        except CompanyError as error:
            tag("p", mistakes(t, error), "vb-bad vb-text")
            return
        with box("vb-columns vb-columns-wide-left"):
            with panel(t("intent.form")), box("vb-form"):
                title = ui.input(t("intent.title"), value=intent.title).props("outlined dense maxlength=200")
                description = ui.input(t("intent.description"), value=intent.description)
                description.props("outlined dense maxlength=500")
                label = t("intent.examples_hint", count=len(intent.examples))
                examples = ui.textarea(label, value="\n".join(intent.examples))
                examples.props("outlined input-style='min-height: 20rem; max-height: 55vh'")
                if not may_edit(visit):
                    for field in (title, description, examples):
                        field.props("readonly")

                def said() -> Fields:
                    return {
                        "title": title.value,
                        "description": description.value,
                        "examples": lines(examples.value),
                    }

                begun = said()

                def text(current: str | None) -> str:
                    return with_table(current or "", (), only_changed(said(), begun))

                labels = {key: t(f"intent.{key}") for key in begun}
                PublishBar(visit, file, base, text, then="/company/intents", labels=labels)
            with box("vb-stack"):
                _confusions(visit, intent, (state or {}).get("evaluation"))
                await versions_panel(visit, file)


def _confusions(visit: Visit, intent: Intent, measured: dict[str, object] | None) -> None:
    """What its examples were taken for, and what was taken for it, by a classifier that had not seen them."""
    t, names = visit.t, visit.names
    found: list[tuple[str, str, int]] = list((measured or {}).get("confusions", ()))  # type: ignore[call-overload]
    mine = [each for each in found if intent.name in each[:2]][:CONFUSED_WITH]
    with panel(t("intent.confused")):
        if not mine:
            tag("p", t("intent.not_confused" if measured else "training.not_measured"), "vb-faint vb-plain")
        for meant, taken, count in mine:
            with box("vb-task vb-confusion"):
                badge(t("ask.times", count=count))
                tag("span", t("intent.taken", meant=names.intent(meant), taken=names.intent(taken)))
