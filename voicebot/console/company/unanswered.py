"""Questions that the assistant had no answer to, put together, each with a way to answer it from now on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlencode

from voicebot.accounts.call_access import reached_calls
from voicebot.accounts.permissions import Action
from voicebot.company.places import bare
from voicebot.company.schema import Company
from voicebot.company_changes.grouping import Group, groups
from voicebot.console.company.room import may_edit, room
from voicebot.console.components.parts import badge, box, empty, link, panel, tag
from voicebot.console.pages.span_choice import chosen_period, span_choice
from voicebot.console.visit import Visit
from voicebot.store.unanswered import Unanswered, unanswered

DOES_NOT_KNOW: Final = ("out_of_scope", "no_match_1", "no_match_2", "no_match_agent", "off_topic")
"""Prompts by which the assistant says so."""
MOST_READ: Final = 1500
MOST_SHOWN: Final = 40
WORDINGS: Final = 5
CALLS: Final = 3


async def unanswered_page(visit: Visit) -> None:
    t, company = visit.t, visit.sources.company.current
    reached = reached_calls(visit.viewer.actor, Action.VIEW_CALL)
    said = await unanswered(
        visit.sources.store, chosen_period(visit), set(_replies(company)), reached=reached, limit=MOST_READ
    )
    found = await asyncio.to_thread(_open_questions, said, company)
    with room(visit, "knowledge", t("company.tab.unanswered"), tab="unanswered") as tools:
        with tools:
            span_choice(visit)
        if not found:
            with panel(t("company.tab.unanswered")), empty("task_alt", t("ask.none.title"), t("ask.none.what_to_do")):
                return
        count = sum(len(group.members) for group in found)
        tag("p", t("ask.found", groups=len(found), count=count), "vb-soft vb-plain")
        for group in found[:MOST_SHOWN]:
            _show(visit, group)


def _replies(company: Company) -> Iterator[str]:
    """Wordings that can be recognised in what was said: without values in braces."""
    for key in DOES_NOT_KNOW:
        if prompt := company.prompts.get(key):
            for language in company.profile.languages:
                yield from (wording for wording in prompt.wordings(language) if "{" not in wording)


def _open_questions(said: Sequence[Unanswered], company: Company) -> list[Group[Unanswered]]:
    """Without those that the knowledge has meanwhile."""
    known = {bare(text) for entry in company.knowledge for text in (entry.question, *entry.variants)}
    return groups([(each.text, each) for each in said if bare(each.text) not in known])


def _show(visit: Visit, group: Group[Unanswered]) -> None:
    t, names = visit.t, visit.names
    with box("vb-panel vb-question"):
        with box("vb-row"):
            badge(t("ask.times", count=len(group.members)), "warn" if len(group.members) > 2 else "")
            tag("span", names.said(group.question), "vb-strong vb-grow vb-text")
            if may_edit(visit):
                wordings = "\n".join(names.said(text) for text in group.others[:WORDINGS])
                suggested = {"question": names.said(group.question), "variants": wordings}
                link(t("ask.answer_it"), f"/company/entry?{urlencode(suggested)}", "vb-button")
        if group.others:
            also = t.listed(names.said(text) for text in group.others[:WORDINGS])
            tag("div", t("ask.also", wordings=also), "vb-soft vb-text")
        with box("vb-row vb-wrap vb-small"):
            for each in group.members[:CALLS]:
                link(t("ask.in_call", at=names.time(each.at)), f"/calls/{each.call_id}")
