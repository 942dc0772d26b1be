"""The pages of the console, one a file, and the one place where all of them are registered."""

from __future__ import annotations

from voicebot.accounts.permissions import Action
from voicebot.console.company.pages import add_company_room
from voicebot.console.desk.page import desk
from voicebot.console.operator.pages import add_operators_pages
from voicebot.console.pages.blind import blind
from voicebot.console.pages.board import board
from voicebot.console.pages.calibration import calibration
from voicebot.console.pages.calls import calls
from voicebot.console.pages.follow_ups import follow_ups
from voicebot.console.pages.map import china_map
from voicebot.console.pages.quality import quality
from voicebot.console.pages.review import review
from voicebot.console.pages.reviews import reviews
from voicebot.console.pages.topics import topics
from voicebot.console.visit import Pages


def add_all(pages: Pages) -> None:
    pages.add("/desk", Action.SET_PRESENCE, desk)
    pages.add("/board", Action.MONITOR_CALL, board)
    pages.add("/calls", Action.VIEW_CALL, calls)
    pages.add("/calls/{call_id}", Action.VIEW_CALL, review)
    pages.add("/follow-ups", Action.VIEW_TASKS, follow_ups)
    pages.add("/quality", Action.VIEW_SCORE, quality)
    pages.add("/reviews", Action.VIEW_SCORE, reviews)
    pages.add("/reviews/blind/{sample_id}", Action.REVIEW_SCORE, blind)
    pages.add("/calibration", Action.REVIEW_SCORE, calibration)
    pages.add("/topics", Action.EXPORT_CALLS, topics)
    pages.add("/map", Action.EXPORT_CALLS, china_map)
    add_company_room(pages)
    add_operators_pages(pages)
