"""The list of calls, page by page; views of it have names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from voicebot.accounts.call_access import looks_for_numbers
from voicebot.accounts.permissions import Action
from voicebot.console.blind_scores import fair, withheld
from voicebot.console.call_query import CallQuery
from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import box, empty, link, panel, tag
from voicebot.console.live_calls import likeliest
from voicebot.console.names import MOOD_TONES, OUTCOME_TONES, minutes
from voicebot.console.pages.call_filters import call_filters
from voicebot.console.pages.saved_views_menu import saved_views_menu
from voicebot.console.pages.scorecard_panel import score_tone
from voicebot.console.shell import framed
from voicebot.console.texts import Texts
from voicebot.console.visit import Visit
from voicebot.qa.review.samples import SampleStore
from voicebot.store.call_search import MOST_COUNTED, FoundCall

PAGE: Final = 40


async def calls(visit: Visit) -> None:
    t = visit.t
    query = CallQuery.parsed(visit.request.query_params)
    owed = await SampleStore(visit.sources.store).owed(visit.viewer.actor.name)
    wanted = fair(query.filter(datetime.now(UTC), visit.sources.company.zone), owed)
    refused = looks_for_numbers(number=query.number, words=query.words) and not visit.viewer.may(Action.SEE_NUMBERS)
    total = 0 if refused else await visit.search.count(wanted)
    query = replace(query, page=min(query.page, _last_page(total)))
    found = [] if refused else await visit.search.find(wanted, limit=PAGE, offset=PAGE * query.page)
    with framed(visit.viewer, "calls", t("calls.title")) as tools:
        with tools:
            await saved_views_menu(visit, query)
            if visit.viewer.may(Action.EXPORT_CALLS):
                link(t("calls.export"), f"/calls.csv?{query.address()}", "vb-button")
        with box("vb-stack"):
            call_filters(visit, query)
            with panel(_how_many(t, total), flush=True) as beside:
                with beside:
                    if query != CallQuery(page=query.page):
                        link(t("calls.forget_filters"), "/calls", "vb-button")
                    _paging(t, query, total)
                if refused:
                    with empty("lock", t("numbers_hidden.title"), t("numbers_hidden.what_to_do")):
                        return
                _list(visit, query, withheld(found, owed))


def _how_many(t: Texts, total: int) -> str:
    return t("calls.found", count=total) if total < MOST_COUNTED else t("calls.found_many", count=total)


def _last_page(total: int) -> int:
    return max(0, (total - 1) // PAGE)


def _paging(t: Texts, query: CallQuery, total: int) -> None:
    last = _last_page(total)
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
            return
    columns = [
        Column(t("call.caller"), "11.5rem"),
        Column(t("call.begun"), "8.5rem"),
        Column(t("call.place_and_dialect"), "9rem"),
        Column(t("call.about")),
        Column(t("call.mood"), "5.4rem"),
        Column(t("call.outcome_and_agent"), "8.2rem"),
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
            Cell(
                t.named("outcome", call.outcome or "open"),
                tone=OUTCOME_TONES.get(call.outcome or "", ""),
                second=names.agent(call.agent_id),
            ),
            Cell("" if found.score is None else f"{found.score:.0f}", tone=score_tone(found.score)),
            length,
        ],
        href=f"/calls/{call.id}",
        id=call.id,
    )
