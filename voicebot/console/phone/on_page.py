"""Puts the visitor's phone at the head of a page, and tells it what happens to it."""

from __future__ import annotations

from nicegui import ElementFilter

from voicebot.console.phone.browser_phone import BrowserPhone
from voicebot.console.shell import PHONE_PLACE
from voicebot.console.visit import Visit


def phone_on_page(visit: Visit) -> None:
    """For those whose account is linked to a phone. To be called when the page is built."""
    agent_id = visit.viewer.actor.agent_id
    place = next(iter(ElementFilter(marker=PHONE_PLACE)), None)
    if agent_id is None or place is None:
        return
    with place:
        phone = BrowserPhone(visit, agent_id)

    async def follow() -> None:
        with visit.sources.agent_feed.subscribed(lambda event: event.agent_id == agent_id) as events:
            phone.begin()
            async for event in events:
                phone.tell(event)

    visit.keep_up(follow)
