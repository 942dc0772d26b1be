"""Who changed what and when: beside a form for its file, and as a page for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from nicegui import ui

from voicebot.company.problems import CompanyError
from voicebot.company_changes.book import Change
from voicebot.company_changes.files import NotChangeable, kind_of
from voicebot.company_changes.publishing import ChangedMeanwhile, ChangeWrong
from voicebot.console.attempting import attempted
from voicebot.console.company.difference import difference
from voicebot.console.company.mistakes import mistakes
from voicebot.console.company.room import file_address, may_edit, room
from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import box, empty, facts, link, panel, tag
from voicebot.console.visit import Visit, not_found

PAGE: Final = 50
BESIDE: Final = 8


async def changes(visit: Visit) -> None:
    t, page = visit.t, visit.page
    found = await visit.sources.publisher.book.latest(limit=PAGE + 1, offset=PAGE * page)
    with room(visit, "changes", t("changes.title")), panel(t("changes.title"), flush=True) as tools:
        with tools:
            for other, text in ((page - 1, t("calls.newer")), (page + 1, t("calls.older"))):
                if other >= 0 and (other < page or len(found) > PAGE):
                    link(text, f"/company/changes?page={other}", "vb-button")
        if not found:
            if page:
                tag("p", t("changes.no_older"), "vb-faint vb-inset")
                return
            with empty("history", t("changes.none.title"), t("changes.none.what_to_do")):
                link(t("changes.none.begin"), "/company/knowledge")
            return
        columns = [
            Column(t("changes.at"), "12.5rem"),
            Column(t("changes.author"), "9rem"),
            Column(t("changes.file"), "17rem"),
            Column(t("changes.comment")),
        ]
        DataTable(columns, [_row(visit, each) for each in found[:PAGE]], name=t("changes.title"))


def _row(visit: Visit, change: Change) -> Row:
    at = visit.names.time(change.at, "exact")
    said = Cell(_said(visit, change))
    kind = kind_of(change.file)
    file = Cell(visit.t(f"company.kind.{kind}"), second=change.file) if kind else change.file
    return Row([at, change.author_name, file, said], href=f"/company/changes/{change.id}", id=str(change.id))


def _said(visit: Visit, change: Change) -> str:
    if change.comment:
        return change.comment
    if change.restores is not None:
        return visit.t("changes.restored", number=change.restores)
    kind = "made" if change.before is None else "removed" if change.after is None else "changed"
    return visit.t(f"changes.{kind}")


async def versions_panel(visit: Visit, file: str) -> None:
    """The latest versions of one file."""
    t = visit.t
    found: Sequence[Change] = await visit.sources.publisher.book.latest(file=file, limit=BESIDE)
    with panel(t("changes.versions")):
        tag("p", file, "vb-mono vb-faint vb-small vb-plain")
        if not found:
            tag("p", t("changes.no_versions"), "vb-faint vb-plain")
        for change in found:
            _version(visit, change)


def _version(visit: Visit, change: Change) -> None:
    with box("vb-task"):
        link(_said(visit, change), f"/company/changes/{change.id}")
        tag("div", f"{visit.names.time(change.at, 'exact')} · {change.author_name}", "vb-faint vb-small")


async def change_page(visit: Visit) -> None:
    """One change: what it did, and the way back."""
    asked = visit.asked("change_id")
    change = await visit.sources.publisher.book.get(int(asked)) if asked.isdecimal() and len(asked) < 10 else None
    if change is None:
        not_found(visit)
        return
    t = visit.t
    current = await _current(visit, change.file)
    with room(visit, "changes", t("changes.one", number=change.id)) as tools:
        with tools:
            if may_edit(visit):
                if current != change.before:
                    _restore(visit, change, "before", current)
                if current != change.after:
                    _restore(visit, change, "after", current)
            link(t("changes.open_file"), file_address(change.file), "vb-button")
        if may_edit(visit) and current != change.after:
            await _what_goes_too(visit, change)
        with panel(t("changes.what")):
            restored = str(change.restores) if change.restores is not None else ""
            facts(
                [
                    (t("changes.file"), change.file),
                    (t("changes.at"), visit.names.time(change.at, "exact")),
                    (t("changes.author"), change.author_name),
                    (t("changes.comment"), change.comment),
                    (t("changes.restores"), restored),
                    (t("changes.state"), t("changes.in_force" if current == change.after else "changes.superseded")),
                ]
            )
        with panel(t("changes.difference"), flush=True):
            difference(t, change.before, change.after)


async def _current(visit: Visit, file: str) -> str | None:
    try:
        return await visit.sources.publisher.current(file)
    except CompanyError:
        return None  # it is not even a text now; both ways back are offered


async def _what_goes_too(visit: Visit, change: Change) -> None:
    """A version is of the whole file: bringing one back takes with it what colleagues have changed since."""
    latest = await visit.sources.publisher.book.latest(file=change.file, limit=BESIDE)
    with panel(visit.t("changes.goes_too")):
        tag("p", visit.t("changes.goes_too_about"), "vb-plain")
        for later in latest:
            if later.id > change.id:
                _version(visit, later)


def _restore(visit: Visit, change: Change, which: Literal["before", "after"], current: str | None) -> None:
    async def publish() -> None:
        publisher, viewer = visit.sources.publisher, visit.viewer
        try:
            number = await publisher.restore(change, which, current, viewer.actor, viewer.shown_name)
        except (ChangeWrong, ChangedMeanwhile, NotChangeable, CompanyError) as refused:
            ui.notify(
                visit.t("changes.not_restored"), caption=mistakes(visit.t, refused), type="negative", multi_line=True
            )
            return
        await visit.sources.company.live.look()
        ui.navigate.to(f"/company/changes/{number}?published={number}")

    async def restore() -> None:
        await attempted(visit.t, publish())

    ui.button(visit.t(f"changes.restore_{which}"), icon="undo", on_click=restore).props("outline no-caps")
