"""The list of calls: found by date, place, dialect, intent, mood, end and words spoken; views of it have names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final

from nicegui import ui
from nicegui.events import GenericEventArguments

from dialect_router.dialects import dialects
from dialect_router.regions import provinces
from voicebot.accounts.call_access import looks_for_numbers
from voicebot.accounts.permissions import Action
from voicebot.console.call_query import SPANS, CallQuery, day_in
from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import box, empty, link, panel, tag
from voicebot.console.live_calls import likeliest
from voicebot.console.names import MOOD_TONES, OUTCOME_TONES, minutes
from voicebot.console.pages.saved_views_menu import saved_views_menu
from voicebot.console.pages.scorecard_panel import score_tone
from voicebot.console.shell import framed
from voicebot.console.texts import Texts
from voicebot.console.visit import Visit
from voicebot.qa.review.samples import SampleStore
from voicebot.store.call_search import MOODS, MOST_COUNTED, NO_AGENT, SCORES, FoundCall

PAGE: Final = 40
OUTCOMES: Final = ("open", "resolved", "callback", "abandoned", "interrupted")


async def calls(visit: Visit) -> None:
    t = visit.t
    query = CallQuery.parsed(visit.request.query_params)
    wanted = query.filter(datetime.now(UTC), visit.sources.company.zone)
    refused = looks_for_numbers(number=query.number, words=query.words) and not visit.viewer.may(Action.SEE_NUMBERS)
    found = [] if refused else await visit.search.find(wanted, limit=PAGE, offset=PAGE * query.page)
    total = 0 if refused else await visit.search.count(wanted)
    owed = await SampleStore(visit.sources.store).owed(visit.viewer.actor.name)
    found = [replace(each, score=None) if each.call.id in owed else each for each in found]  # to be scored blind first
    with framed(visit.viewer, "calls", t("calls.title")) as tools:
        with tools:
            await saved_views_menu(visit, query)
            if visit.viewer.may(Action.EXPORT_CALLS):
                link(t("calls.export"), f"/calls.csv?{query.address()}", "vb-button")
        with box("vb-stack"):
            _filters(visit, query)
            with panel(_how_many(t, total), flush=True) as beside:
                with beside:
                    _paging(t, query, total)
                if refused:
                    with empty("lock", t("numbers_hidden.title"), t("numbers_hidden.what_to_do")):
                        link(t("calls.forget_filters"), "/calls")
                    return
                _list(visit, query, found)


def _how_many(t: Texts, total: int) -> str:
    return t("calls.found", count=total) if total < MOST_COUNTED else t("calls.found_many", count=total)


def go_to(query: CallQuery) -> None:
    ui.navigate.to(f"/calls?{query.address()}")


def _filters(visit: Visit, query: CallQuery) -> None:
    t, names = visit.t, visit.names
    company = visit.sources.company.current

    def change(field: str) -> Callable[[Any], None]:
        return lambda event: go_to(query.changed(**{field: event.value or ""}))

    with box("vb-panel vb-filters"):
        words = ui.input(t("calls.words"), value=query.words, placeholder=t("calls.words_hint"))
        words.props("outlined dense clearable").classes("vb-filter-words")
        with words.add_slot("prepend"):
            ui.icon("search")
        words.on("keydown.enter", lambda: go_to(query.changed(words=words.value or "")))
        words.on("clear", lambda: go_to(query.changed(words="")))
        _select(t("calls.span"), {span: t(f"span.{span}") for span in SPANS}, query.span, change("span"), empty=False)
        if query.span == "dates":
            for field in ("first", "last"):
                _day(t(f"calls.{field}"), getattr(query, field), query, field)
        _select(
            t("call.intent"), {name: names.intent(name) for name in company.intents}, query.intent, change("intent")
        )
        _select(t("call.outcome"), _named(t, "outcome", OUTCOMES), query.outcome, change("outcome"))
        _select(t("call.mood"), _named(t, "mood", MOODS), query.emotion, change("emotion"))
        places = {name: names.province(name) for name in provinces()}
        _select(t("call.province"), places, query.province, change("province"))
        spoken = {tag: names.dialect(tag) for tag in dialects()}
        _select(t("call.dialect"), spoken, query.dialect, change("dialect"))
        if company.agents:
            staff = {NO_AGENT: t("who.assistant"), **{agent.id: agent.name for agent in company.agents}}
            _select(t("call.agent"), staff, query.agent, change("agent"))
        _select(t("call.score"), _named(t, "scores", SCORES), query.score, change("score"))
        if items := visit.sources.company.scorecard_items:
            _select(t("call.failed_item"), items, query.failed_item, change("failed_item"))


def _named(t: Texts, group: str, values: tuple[str, ...]) -> dict[str, str]:
    return {value: t.named(group, value) for value in values}


def _select(
    label: str, options: Mapping[str, str], value: str, on_change: Callable[[Any], None], *, empty: bool = True
) -> None:
    known = {**options, value: options.get(value, value)} if value else dict(options)
    select = ui.select(known, label=label, value=value or None, clearable=empty, on_change=on_change)
    select.props("outlined dense options-dense").classes("vb-filter")


def _day(label: str, value: date | None, query: CallQuery, field: str) -> None:
    picker = ui.input(label, value=value.isoformat() if value else "")
    picker.props("outlined dense type=date stack-label").classes("vb-filter")

    def go(event: GenericEventArguments) -> None:
        day = str(event.args)
        if not day or day_in(day):  # some browsers tell of each digit of the year
            go_to(query.changed(**{field: day}))

    # The event brings the day: Firefox tells of the change before the field has its value.
    picker.on("change", go)


def _paging(t: Texts, query: CallQuery, total: int) -> None:
    last = max(0, (total - 1) // PAGE)
    if last == 0:
        return
    for page, text in ((query.page - 1, t("calls.newer")), (query.page + 1, t("calls.older"))):
        if 0 <= page <= last:
            link(text, f"/calls?{replace(query, page=page).address()}", "vb-button")
    tag("span", t("calls.page", page=query.page + 1, pages=last + 1), "vb-faint vb-figures")


def _list(visit: Visit, query: CallQuery, found: list[FoundCall]) -> None:
    t = visit.t
    if not found:
        nothing = "calls.none_yet" if query == CallQuery() else "calls.none_found"
        with empty("forum", t(f"{nothing}.title"), t(f"{nothing}.what_to_do")):
            if query != CallQuery():
                link(t("calls.forget_filters"), "/calls")
        return
    columns = [
        Column(t("call.caller"), "11.5rem"),
        Column(t("call.begun"), "8.5rem"),
        Column(t("call.place_and_dialect"), "9rem"),
        Column(t("call.about")),
        Column(t("call.mood"), "5.4rem"),
        Column(t("call.outcome"), "8.2rem"),
        Column(t("call.score"), "4.2rem"),
        Column(t("call.length"), "5rem", "right"),
    ]
    DataTable(columns, [_row(visit, query, each) for each in found], name=t("calls.title"))


def _row(visit: Visit, query: CallQuery, found: FoundCall) -> Row:
    t, names, call = visit.t, visit.names, found.call
    caller, number = names.caller(call)
    length: Cell | str = "" if call.answered_at is None else Cell("", since=call.answered_at.timestamp())
    if call.answered_at and call.ended_at:
        length = minutes((call.ended_at - call.answered_at).total_seconds())
    return Row(
        [
            Cell(caller, second=number),
            names.time(call.started_at),
            Cell(names.place(call.region_province, call.region_city), second=names.dialect(likeliest(call.dialects))),
            Cell(names.matters(found.intents), second=names.said(found.snippet), marked=query.words),
            Cell(t.named("mood", found.mood), tone=MOOD_TONES.get(found.mood, "")),
            Cell(t.named("outcome", call.outcome or "open"), tone=OUTCOME_TONES.get(call.outcome or "", "")),
            Cell("" if found.score is None else f"{found.score:.0f}", tone=score_tone(found.score)),
            length,
        ],
        href=f"/calls/{call.id}",
        id=call.id,
    )
