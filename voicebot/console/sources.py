"""What the pages read from, made once for the process: store, events, metrics and the company's folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from models.inference import ModelClient
from voicebot.accounts.sign_in import SignIn
from voicebot.agent_events import AgentEvent
from voicebot.company.live import Live
from voicebot.company.schema import Company
from voicebot.company_changes.carrying import Carrier
from voicebot.company_changes.publishing import Publisher
from voicebot.config import Settings, secret
from voicebot.console.feed import CallEvent, LiveFeed, receive_calls
from voicebot.console.live_agents import LiveAgents
from voicebot.console.live_calls import LiveCalls
from voicebot.console.operator.downloading import Downloads
from voicebot.console.vital_signs import VitalSignsMonitor
from voicebot.eventbus import received_agent_events
from voicebot.qa.scorecard.files import read_scorecards
from voicebot.store.call_figures import CallFigures
from voicebot.store.call_search import CallSearch
from voicebot.store.store import Store
from voicebot.web.rate_limit import RateLimit
from voicebot.web.visitor import Web

COMMANDS_PER_MINUTE: Final = 120
COMMANDS_AT_ONCE: Final = 60
"""Of one person to the media process: each click, each key, and the phone of each page that is opened, are one."""


class CompanyShelf:
    """The company as the pages see it; read again when the folder was changed."""

    def __init__(self, directory: Path, live: Live[Company]) -> None:
        self.directory = directory
        self.live = live

    @property
    def current(self) -> Company:
        return self.live.current

    @property
    def scorecard_items(self) -> dict[str, str]:
        """Item -> its title, of all scorecards of the company as they are now."""
        cards, _problems = read_scorecards(self.directory)
        return {item.name: item.title for card in cards for item in card.items}

    @property
    def scorecard_titles(self) -> dict[str, str]:
        """Scorecard -> its title, as they are now."""
        cards, _problems = read_scorecards(self.directory)
        return {card.name: card.title for card in cards}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.current.profile.timezone)


@dataclass(frozen=True, slots=True)
class Sources:
    settings: Settings
    store: Store
    sign_in: SignIn
    search: CallSearch
    figures: CallFigures
    feed: LiveFeed[CallEvent]
    live_calls: LiveCalls
    agent_feed: LiveFeed[AgentEvent]
    live_agents: LiveAgents
    vital_signs: VitalSignsMonitor
    company: CompanyShelf
    publisher: Publisher
    models: ModelClient
    downloads: Downloads
    commands: RateLimit = field(
        default_factory=lambda: RateLimit(per_minute=COMMANDS_PER_MINUTE, burst=COMMANDS_AT_ONCE)
    )


def sources(web: Web) -> Sources:
    """Raises CompanyError."""
    settings, store = web.settings, web.store
    search = CallSearch(store)
    return Sources(
        settings,
        store,
        web.sign_in,
        search,
        CallFigures(store),
        LiveFeed(),
        LiveCalls(search),
        LiveFeed(),
        LiveAgents(web.in_call),
        VitalSignsMonitor(settings.metrics),
        CompanyShelf(settings.company.dir, web.company.live()),
        Publisher(store, settings),
        ModelClient(settings.model_host, token=secret(settings.models.token) or ""),
        Downloads(settings),
    )


@asynccontextmanager
async def running(made: Sources) -> AsyncIterator[None]:
    """Keeps what is live up to date meanwhile."""
    async with asyncio.TaskGroup() as tasks:
        working = [
            tasks.create_task(receive_calls(made.feed, made.settings.events)),
            tasks.create_task(made.live_agents.run(made.agent_feed)),
            tasks.create_task(made.agent_feed.receive(received_agent_events(made.settings.events))),
            tasks.create_task(made.live_calls.run(made.feed)),
            tasks.create_task(made.vital_signs.run()),
            tasks.create_task(made.company.live.watch()),
            tasks.create_task(Carrier(made.store, made.settings).run()),
        ]
        try:
            yield
        finally:
            for task in working:
                task.cancel()
            await made.models.close()
