"""One entry of the knowledge: its form, and the versions of its file."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from functools import partial

from nicegui import ui

from voicebot.company.problems import CompanyError
from voicebot.company.schema import KnowledgeEntry
from voicebot.company_changes.files import NotChangeable
from voicebot.company_changes.knowledge_files import files_of, places_of
from voicebot.company_changes.toml_edit import Fields, has_entry, only_changed, with_entry, without_entry
from voicebot.console.company.entry_file import EntryFile, file_for
from voicebot.console.company.file_page import edit_link
from voicebot.console.company.mistakes import mistakes
from voicebot.console.company.publish_bar import PublishBar
from voicebot.console.company.room import file_address, may_edit, room
from voicebot.console.company.versions import versions_panel
from voicebot.console.components.parts import box, panel, tag
from voicebot.console.visit import Visit, not_found


async def entry_page(visit: Visit) -> None:
    """`id`: the entry. Without it a new one, with `question`, `variants` (one a line) and `file` filled in."""
    company, asked = visit.sources.company.current, visit.asked("id")
    known = next((entry for entry in company.knowledge if entry.id == asked), None)
    if asked and known is None:
        not_found(visit)
        return
    files = await asyncio.to_thread(files_of, company.directory)
    places = await asyncio.to_thread(places_of, company.directory)
    if known and asked not in places:  # what is in force was read before its file was spoilt
        with room(visit, "knowledge", visit.t("entry.title"), tab="knowledge"):
            tag("p", visit.t("entry.file_wrong"), "vb-bad vb-text")
        return
    file = places[asked] if known else await file_for(visit, files, places)
    try:
        base = await visit.sources.publisher.current(file)
    except CompanyError as error:
        with room(visit, "knowledge", visit.t("entry.title"), tab="knowledge"):
            tag("p", mistakes(visit.t, error), "vb-bad vb-text")
        return
    await _Form(visit, known, file, base).show(files, places)


class _Form:
    def __init__(self, visit: Visit, known: KnowledgeEntry | None, file: str, base: str | None) -> None:
        self._visit, self._known, self._file, self._base = visit, known, file, base

    async def show(self, files: Sequence[str], places: Mapping[str, str]) -> None:
        visit, t, known = self._visit, self._visit.t, self._known
        with room(visit, "knowledge", t("entry.title" if known else "entry.new"), tab="knowledge") as tools:
            with tools:
                self._edit = edit_link(visit, self._file)
            with box("vb-columns vb-columns-wide-left"):
                with panel(known.question if known else t("entry.new")), box("vb-form"):
                    if known is None:
                        EntryFile(visit, files, places, self._file, self._move)
                    self._fields()
                    then = "/company/knowledge"
                    labels = {key: t(f"entry.{key}") for key in ("id", "question", "answer")}
                    labels |= {key: t(f"entry.{key}_short") for key in ("variants", "answer_yue", "tags")}
                    self._bar = PublishBar(visit, self._file, self._base, self._text, then=then, labels=labels)
                    if known and may_edit(visit):
                        remove = partial(self._bar.publish_as, self._without)
                        ui.button(t("entry.remove"), icon="delete", on_click=remove).props("flat no-caps")
                self._beside = box()
                with self._beside:
                    await versions_panel(visit, self._file)

    def _fields(self) -> None:
        visit, t, known = self._visit, self._visit.t, self._known
        company = visit.sources.company.current
        if known is None:
            self._id = ui.input(t("entry.id"), value=self._free_id()).props("outlined dense")
        self._question = _text(t("entry.question"), known.question if known else visit.asked("question"), 100)
        variants = "\n".join(known.variants) if known else visit.asked("variants")
        self._variants = _area(t("entry.variants"), variants)
        self._answer = _area(t("entry.answer"), known.answer if known else "")
        self._answer_yue = _area(t("entry.answer_yue"), (known.answer_yue or "") if known else "")
        products = {"": t("entry.every_product")} | {each.name: each.name for each in company.products}
        self._product = ui.select(products, label=t("entry.product"), value=(known.product or "") if known else "")
        self._product.props("outlined dense")
        self._tags = _text(t("entry.tags"), " ".join(known.tags) if known else "", 200)
        self._begun = self._said(known.id if known else "")
        if not may_edit(visit):
            for field in (self._question, self._variants, self._answer, self._answer_yue, self._product, self._tags):
                field.props("readonly")

    async def _move(self, file: str) -> None:
        """The new entry goes to another file."""
        try:
            base = await self._visit.sources.publisher.current(file)
        except NotChangeable:  # a name that is still being typed, or that is refused when it is published
            base = None
        except CompanyError as error:
            ui.notify(mistakes(self._visit.t, error), type="negative", multi_line=True)
            return
        self._file = file
        self._bar.move(file, base)
        self._edit.props["href"] = file_address(file)
        self._beside.clear()
        with self._beside:
            await versions_panel(self._visit, file)

    def _free_id(self) -> str:
        taken = {entry.id for entry in self._visit.sources.company.current.knowledge}
        return next(name for number in range(1, len(taken) + 2) if (name := f"entry_{number}") not in taken)

    def _text(self, current: str | None) -> str:
        name = self._known.id if self._known else str(self._id.value or "").strip()
        taken = {entry.id for entry in self._visit.sources.company.current.knowledge}
        if self._known is None and name in taken:
            raise NotChangeable(self._visit.t("entry.id_taken", id=name))
        fields, text = self._said(name), current or ""
        if self._known is not None and has_entry(text, name):
            return with_entry(text, name, only_changed(fields, self._begun))
        return with_entry(text, name, fields)

    def _said(self, name: str) -> Fields:
        return {
            "id": name,
            "question": (self._question.value or "").strip(),
            "variants": lines(self._variants.value),
            "answer": one_line(self._answer.value),
            "answer_yue": one_line(self._answer_yue.value),
            "product": str(self._product.value or ""),
            "tags": (self._tags.value or "").replace("，", " ").replace(",", " ").split(),
        }

    def _without(self, current: str | None) -> str | None:
        assert self._known is not None
        return without_entry(current or "", self._known.id)


def _text(label: str, value: str, longest: int) -> ui.input:
    return ui.input(label, value=value).props(f"outlined dense maxlength={longest}")


def _area(label: str, value: str) -> ui.textarea:
    return ui.textarea(label, value=value).props("outlined autogrow input-style='max-height: 40vh'")


def lines(text: str | None) -> list[str]:
    """What stands on each line, without those that are empty."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def one_line(text: str | None) -> str:
    return re.sub(r"\s*\n\s*", "", (text or "").strip())
