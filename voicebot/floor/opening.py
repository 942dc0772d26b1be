"""Opens the floor for a media process: agents from the company's files, and what was known before the last stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

from dialect_router.distributor import CallDistributor
from models.vad import StreamingVad
from telephony.hold_music import hold_music
from telephony.ringback import ringback
from telephony.sip.registrar import Registrar
from telephony.sip.settings import RegistrarSettings
from telephony.webrtc.phones import BrowserPhones
from voicebot.agent_events import AgentEvent
from voicebot.assist.helpfulness import Helpfulness
from voicebot.assist.prompts import prompt_texts
from voicebot.assist.warm_up import warm_up
from voicebot.assist.whisper_prompt import PromptKind
from voicebot.background import background
from voicebot.command_bus import serve_commands
from voicebot.company import Company
from voicebot.company.routing import Routing
from voicebot.config import Settings
from voicebot.dialogue.office_hours import is_open
from voicebot.dialogue.types import KnowledgeSearch
from voicebot.events import LiveEvent
from voicebot.floor.callbacks import Callbacks
from voicebot.floor.closing import Closing
from voicebot.floor.desk_commands import DeskCommands
from voicebot.floor.dialling import Dialling
from voicebot.floor.floor import Floor
from voicebot.floor.floor_log import FloorLog
from voicebot.floor.left_company import forget_who_left
from voicebot.floor.new_day import begin_days_anew
from voicebot.floor.outgoing import MakeOutgoing, OutsideLine
from voicebot.floor.outside_transfers import OutsideTransfers
from voicebot.floor.phones import Phones
from voicebot.floor.roster import Roster
from voicebot.floor.services import FloorServices
from voicebot.floor.supervision import Supervisions
from voicebot.hearing.recognition import Recognition
from voicebot.metrics import Metrics
from voicebot.speaking.voice import Voice
from voicebot.store.callbacks import CallbackStore
from voicebot.store.floor import FloorStore
from voicebot.store.store import Store

_KINDS: Final[dict[str, PromptKind]] = {kind: kind for kind in get_args(PromptKind)}
CLICKS_REMEMBERED: Final = 5_000
"""Judged prompts from which a new process learns what helps."""


@dataclass(frozen=True, slots=True)
class FloorTools:
    """What the floor shares with the calls that the assistant carries."""

    voice: Voice
    knowledge: KnowledgeSearch
    recognition: Callable[[], Recognition]
    vad: Callable[[], StreamingVad]
    tell: Callable[[LiveEvent | AgentEvent], None]
    metrics: Metrics
    outgoing: MakeOutgoing
    """A call to a customer."""


@dataclass(frozen=True, slots=True)
class OpenFloor:
    """A floor that is ready but for its phones: `work` lets it ring them."""

    distributor: CallDistributor
    floor: Floor
    store: FloorStore
    callbacks: Callbacks
    dialling: Dialling
    outside: OutsideTransfers
    registrar: Registrar | None
    """Where agents' phones register; None where no phone has a password."""
    take_commands: Callable[[BrowserPhones], Coroutine[Any, Any, None]]
    """Carries out what desks ask for, until cancelled; to be begun once phones can be rung."""

    def follow(self, routing: Routing) -> None:
        """routing.toml as it is from now on."""
        rules, policy, presence = routing.queue_rules(), routing.assignment_policy(), routing.presence_config()
        self.distributor.follow(rules, policy, presence, shadow=routing.shadow_policy())

    async def work(self, phones: Phones, line: OutsideLine | None) -> None:
        """Until cancelled. line: the way out, where there is one."""
        self.dialling.line = self.outside.line = line
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.floor.run(phones))
            if line is not None:
                tasks.create_task(self.callbacks.run(line))


@asynccontextmanager
async def open_floor(
    settings: Settings, current_company: Callable[[], Company], store: Store, tools: FloorTools
) -> AsyncIterator[OpenFloor]:
    """Raises CompanyError for what is wrong in agents.csv or the file of passwords."""
    company = current_company()
    roster = Roster(company.directory, settings.agents.passwords_file)
    floor_store, log = FloorStore(store, settings.events.node), FloorLog()
    services = FloorServices(
        current_company=current_company,
        store=floor_store,
        log=log,
        voice=tools.voice,
        knowledge=tools.knowledge,
        recognition=tools.recognition,
        vad=tools.vad,
        tell=tools.tell,
        metrics=tools.metrics,
        helpfulness=await learned_from_clicks(floor_store),
        prompt_texts=prompt_texts(),
    )
    closing = Closing(store, services)
    open_now = (lambda: True) if settings.agents.always_open else _opening_hours(current_company)
    distributor = CallDistributor(roster.agents, asyncio.get_running_loop().time())
    floor = Floor(distributor, services, closing, open_now=open_now)
    _warm_up(company)
    callbacks = Callbacks(
        floor,
        services,
        store,
        CallbackStore(store, settings.events.node),
        tools.outgoing,
        policy=lambda: current_company().routing.callback_policy(),
        open_now=open_now,
    )
    dialling = Dialling(floor, log, tools.outgoing)
    outside = OutsideTransfers(floor, store, log)

    def take_commands(browsers: BrowserPhones) -> Coroutine[Any, Any, None]:
        commands = DeskCommands(floor, closing, Supervisions(floor, tools.tell), browsers, dialling, outside)
        return serve_commands(settings.events, commands.handle)

    def is_listed(agent_id: str) -> bool:
        return floor.staff.agent(agent_id) is not None

    registrar = Registrar(RegistrarSettings(), roster.accounts, floor.staff) if roster.accounts else None
    leftovers = forget_who_left(settings.events, is_listed, tools.tell)
    days = begin_days_anew(distributor.board, lambda: _now(current_company()).date())
    async with background(log.run(), roster.watch(floor.staff.read_again), leftovers, days):
        floor.staff.begin(tuple((await floor_store.presences()).items()))
        opened = OpenFloor(distributor, floor, floor_store, callbacks, dialling, outside, registrar, take_commands)
        opened.follow(current_company().routing)
        yield opened


def _opening_hours(current_company: Callable[[], Company]) -> Callable[[], bool]:
    def open_now() -> bool:
        company = current_company()
        return is_open(company.profile.hours, _now(company))

    return open_now


def _now(company: Company) -> datetime:
    """By the company's own clock."""
    return datetime.now(ZoneInfo(company.profile.timezone))


def _warm_up(company: Company) -> None:
    """What the first handover shall not wait for."""
    hold_music()
    ringback()
    warm_up(company, _now(company))


async def learned_from_clicks(store: FloorStore) -> Helpfulness:
    """What helped agents so far, by all processes before this one. May raise StoreError."""
    learned = Helpfulness()
    for prompt in await store.judged_prompts(CLICKS_REMEMBERED):
        if (kind := _KINDS.get(prompt.kind)) is not None:
            learned.learn(kind, prompt.source, helped=bool(prompt.helped))
    return learned
