"""What waits for people: calls to score blind, appeals to answer, items to decide; an agent sees their own appeals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

from nicegui import ui

from voicebot.accounts.call_access import reached_calls
from voicebot.accounts.permissions import Action
from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import box, empty, panel, tag
from voicebot.console.pages.draw_sample import draw_sample
from voicebot.console.pages.scored_item import APPEAL_TONES
from voicebot.console.people import shown_names
from voicebot.console.shell import framed
from voicebot.console.visit import Visit
from voicebot.qa.review.review import Appeal
from voicebot.qa.review.reviews import ReviewStore
from voicebot.qa.review.samples import SampleStore

MOST_UNDECIDED: Final = 20
"""Calls that are shown."""
MOST_ITEMS: Final = 500
"""Of theirs and of others: enough to fill the list."""


async def reviews(visit: Visit) -> None:
    t = visit.t
    people = await shown_names(visit.sources.store)
    with framed(visit.viewer, "reviews", t("reviews.title")) as tools:
        if visit.viewer.may(Action.REVIEW_SCORE):
            with tools:
                ui.button(t("sample.draw"), icon="casino", on_click=lambda: draw_sample(visit)).props("outline no-caps")
            await _for_reviewers(visit, people)
        else:
            await _for_agents(visit, people)


async def _for_reviewers(visit: Visit, people: Mapping[str, str]) -> None:
    t, store = visit.t, ReviewStore(visit.sources.store)
    reached = reached_calls(visit.viewer.actor, Action.REVIEW_SCORE)
    owed = await SampleStore(visit.sources.store).owed(visit.viewer.actor.name)  # nothing of what is to be scored blind
    waiting = [appeal for appeal in await store.appeals(reached=reached) if appeal.call_id not in owed]
    found = await store.for_a_person(limit=MOST_ITEMS, reached=reached)
    undecided = [each for each in found if each[0] not in owed]
    with box("vb-stack"):
        with panel(t("reviews.samples"), flush=True):
            await _samples(visit, people)
        with panel(t("reviews.appeals", count=len(waiting)), flush=True):
            _appeals(visit, waiting, people)
        with panel(t("reviews.undecided"), flush=True):
            await _undecided(visit, undecided)


async def _for_agents(visit: Visit, people: Mapping[str, str]) -> None:
    t, actor = visit.t, visit.viewer.actor
    reached = reached_calls(actor, Action.APPEAL_SCORE)
    found = await ReviewStore(visit.sources.store).appeals(status=None, reached=reached)
    with panel(t("reviews.own_appeals"), flush=True):
        _appeals(visit, list(reversed(found)), people, answered=True)


async def _samples(visit: Visit, people: Mapping[str, str]) -> None:
    """Those that the visitor is to score blind, or has."""
    t, book, rater = visit.t, SampleStore(visit.sources.store), visit.viewer.actor.name
    titles = visit.sources.company.scorecard_titles
    rows = []
    for sample in await book.of_rater(rater):
        whole, left = len(sample.call_ids), len(await book.left(sample, rater))
        others = [people.get(each, each) for each in sample.raters if each != rater]
        rows.append(
            Row(
                [
                    t("sample.next") if left else t("sample.done"),
                    Cell(f"{whole - left} / {whole}", share=(whole - left) / whole if whole else 1.0),
                    titles.get(sample.scorecard, sample.scorecard),
                    t.listed(others) or t("sample.alone"),
                    visit.names.time(sample.drawn_at),
                ],
                href=f"/reviews/blind/{quote(sample.id, safe='')}",
                id=sample.id,
            )
        )
    if not rows:
        with empty("casino", t("sample.none.title"), t("sample.none.what_to_do")):
            return
    columns = [
        Column(t("sample.what")),
        Column(t("sample.progress"), "14rem"),
        Column(t("sample.scorecard"), "10rem"),
        Column(t("sample.others"), "10rem"),
        Column(t("sample.drawn_at"), "10rem"),
    ]
    DataTable(columns, rows, name=t("reviews.samples"))


def _appeals(visit: Visit, found: Sequence[Appeal], people: Mapping[str, str], *, answered: bool = False) -> None:
    t, names, titles = visit.t, visit.names, visit.sources.company.scorecard_items
    if not found:
        tag("p", t("reviews.no_appeals"), "vb-menu-note")
        return
    columns = [
        Column(t("quality.item"), "11rem"),
        Column(t("call.agent"), "7rem"),
        Column(t("reviewing.reason")),
        Column(t("reviews.appealed_at"), "10rem"),
        Column(t("reviews.state"), "7rem"),
    ]
    if answered:
        columns.append(Column(t("reviewing.reply")))
    rows = [
        Row(
            [
                titles.get(appeal.item, appeal.item),
                names.agent(appeal.agent_id),
                names.said(appeal.reason),
                names.time(appeal.appealed_at),
                Cell(t(f"appeal_status.{appeal.status}"), tone=APPEAL_TONES[appeal.status]),
                *([_answer(visit, appeal, people)] if answered else []),
            ],
            href=f"/calls/{quote(appeal.call_id, safe='')}",
            id=str(appeal.id),
        )
        for appeal in found
    ]
    DataTable(columns, rows, name=t("reviews.own_appeals" if answered else "reviews.open_appeals"))


def _answer(visit: Visit, appeal: Appeal, people: Mapping[str, str]) -> Cell:
    by = appeal.answered_by or ""
    return Cell(visit.names.said(appeal.comment or ""), second=people.get(by, by))


async def _undecided(visit: Visit, found: Sequence[tuple[str, str, str, str]]) -> None:
    """A line for each call."""
    t, names, titles = visit.t, visit.names, visit.sources.company.scorecard_items
    items = defaultdict[str, list[str]](list)
    for call_id, _scorecard, item, _why in found:
        items[call_id].append(titles.get(item, item))
    rows = []
    for call_id, waiting in list(items.items())[:MOST_UNDECIDED]:
        if call := await visit.sources.store.call(call_id):
            cells: list[Cell | str] = [
                Cell(*names.caller(call)),
                names.agent(call.agent_id) or t("who.assistant"),
                names.time(call.started_at),
                str(len(waiting)),
                t.listed(waiting),
            ]
            rows.append(Row(cells, href=f"/calls/{quote(call_id, safe='')}", id=call_id))
    if not rows:
        tag("p", t("reviews.nothing_undecided"), "vb-menu-note")
        return
    columns = [
        Column(t("call.caller"), "11rem"),
        Column(t("call.agent"), "7rem"),
        Column(t("call.begun"), "10rem"),
        Column(t("reviews.count"), "4rem", "right"),
        Column(t("reviews.items")),
    ]
    DataTable(columns, rows, name=t("reviews.undecided"))
