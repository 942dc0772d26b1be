"""Agents who left the company while nothing ran: what a broker outside still shows of them is taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from voicebot.agent_events import RETAINED, Unlisted
from voicebot.config import EventSection
from voicebot.eventbus import received_agent_events

LOOKS_S: Final = 60.0
"""A broker hands out what it retained at once; one that starts together with us may take a while to be there."""


async def forget_who_left(
    settings: EventSection, is_listed: Callable[[str], bool], tell: Callable[[Unlisted], None]
) -> None:
    """At the start of a media process. The store remembers only those who were signed in some time; the broker knows of
    everybody that was shown."""
    forgotten: set[str] = set()
    with suppress(TimeoutError):
        async with asyncio.timeout(LOOKS_S):
            async for event in received_agent_events(settings, node=settings.node):
                gone = isinstance(event, RETAINED) and not is_listed(event.agent_id)
                if gone and event.agent_id not in forgotten:
                    forgotten.add(event.agent_id)
                    tell(Unlisted(event.agent_id))
