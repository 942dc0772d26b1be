"""Every page of the room, and what it is found under."""

from __future__ import annotations

from typing import Final

from voicebot.accounts.permissions import Action
from voicebot.console.company.agents import agents
from voicebot.console.company.entry import entry_page
from voicebot.console.company.file_page import file_page, hotwords
from voicebot.console.company.flows import flows
from voicebot.console.company.intents import intent_page, intents
from voicebot.console.company.knowledge import knowledge
from voicebot.console.company.profile import profile
from voicebot.console.company.prompts import prompt_page, prompts
from voicebot.console.company.routing import routing
from voicebot.console.company.scorecard_item import scorecard_item
from voicebot.console.company.scorecards import scorecards
from voicebot.console.company.unanswered import unanswered_page
from voicebot.console.company.versions import change_page, changes
from voicebot.console.visit import Builder, Pages

PAGES: Final[dict[str, Builder]] = {
    "knowledge": knowledge,
    "entry": entry_page,
    "unanswered": unanswered_page,
    "intents": intents,
    "intents/{name}": intent_page,
    "hotwords": hotwords,
    "flows": flows,
    "prompts": prompts,
    "prompts/{key}": prompt_page,
    "scorecards": scorecards,
    "scorecards/{card}/{item}": scorecard_item,
    "agents": agents,
    "routing": routing,
    "profile": profile,
    "file": file_page,
    "changes": changes,
    "changes/{change_id}": change_page,
}


def add_company_room(pages: Pages) -> None:
    for path, build in PAGES.items():
        pages.add(f"/company/{path}", Action.VIEW_COMPANY, build)
