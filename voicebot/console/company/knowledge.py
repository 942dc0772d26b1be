"""What the assistant knows: found by words, tried as a caller would ask, and each entry with its form."""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import urlencode

from nicegui import ui

from models.address import InferenceError
from voicebot.company.schema import KnowledgeEntry
from voicebot.company_changes.knowledge_files import places_of
from voicebot.console.company.room import may_edit, room
from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import box, empty, link, panel, tag
from voicebot.console.visit import Visit
from voicebot.knowledge_service import ask_host

MOST_SHOWN: Final = 300
LONGEST_QUESTION: Final = 100


async def knowledge(visit: Visit) -> None:
    t, words = visit.t, visit.asked("words")
    company = visit.sources.company.current
    places = await asyncio.to_thread(places_of, company.directory)
    found = [entry for entry in company.knowledge if _has(entry, words)]
    with room(visit, "knowledge", t("nav.knowledge"), tab="knowledge") as tools:
        with tools:
            if may_edit(visit):
                link(t("entry.new"), "/company/entry", "vb-button")
        with box("vb-columns vb-columns-wide-left"):
            _search(visit, words)
            _try(visit)
        with panel(t("entry.found", count=len(found)), flush=True):
            if not found:
                with empty("menu_book", t("entry.none.title"), t("entry.none.what_to_do")):
                    link(t("entry.new"), f"/company/entry?{urlencode({'question': words})}")
                return
            columns = [Column(t("entry.question"), "26%"), Column(t("entry.answer")), Column(t("entry.file"), "14rem")]
            rows = [_row(entry, places.get(entry.id, ""), words) for entry in found[:MOST_SHOWN]]
            DataTable(columns, rows, name=t("nav.knowledge"))


def _has(entry: KnowledgeEntry, words: str) -> bool:
    texts = (entry.id, entry.question, *entry.variants, entry.answer, entry.answer_yue or "", *entry.tags)
    everything = "\n".join((*texts, entry.product or "")).lower()
    return all(word in everything for word in words.lower().split())


def _row(entry: KnowledgeEntry, file: str, words: str) -> Row:
    question = Cell(entry.question, second="、".join(entry.variants[:3]), marked=words)
    answer = Cell(entry.answer, second=entry.product or "", marked=words)
    return Row([question, answer, Cell(file, second=entry.id)], href=f"/company/entry?id={entry.id}", id=entry.id)


def _search(visit: Visit, words: str) -> None:
    t = visit.t

    def go() -> None:
        ui.navigate.to(f"/company/knowledge?{urlencode({'words': field.value or ''})}")

    with panel(t("entry.search")), box("vb-row"):
        field = ui.input(t("entry.words"), value=words).props("outlined dense clearable").classes("vb-grow")
        field.on("keydown.enter", go)
        ui.button(t("entry.search"), icon="search", on_click=go).props("outline no-caps")


def _try(visit: Visit) -> None:
    """The answer that a caller would hear now, from the very index that calls ask."""
    t = visit.t

    async def ask() -> None:
        asked = (question.value or "").strip()[:LONGEST_QUESTION]
        if not asked:
            return
        try:
            found = await ask_host(visit.sources.models, asked, product=None)
        except InferenceError as error:
            heard.clear()
            with heard:
                tag("p", t("company.models_away"), "vb-bad vb-plain")
                tag("p", t.said("refusal", str(error)), "vb-faint vb-small vb-plain")
            return
        heard.clear()
        with heard:
            if found is None:
                tag("p", t("entry.no_answer"), "vb-plain")
                link(t("entry.new"), f"/company/entry?{urlencode({'question': asked})}")
            else:
                tag("p", found.answer, "vb-plain vb-strong")
                link(t("entry.from", id=found.id, score=f"{found.score:.2f}"), f"/company/entry?id={found.id}")

    with panel(t("entry.try")):
        with box("vb-row"):
            question = ui.input(t("entry.try_hint")).props(f"outlined dense maxlength={LONGEST_QUESTION}")
            question.classes("vb-grow").on("keydown.enter", ask)
            ui.button(t("entry.ask"), icon="question_answer", on_click=ask).props("outline no-caps")
        heard = box("vb-heard").props("aria-live=polite")
