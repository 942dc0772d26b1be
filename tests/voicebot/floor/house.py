"""A company with agents in virtual time: real floor, sessions, bridge, transcription and store; phones and models are
stood in for, so that every second is exact."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from dialect_router.agents import Agent
from dialect_router.callbacks import CallbackPolicy
from dialect_router.distributor import CallDistributor
from dialect_router.presence import PresenceConfig
from dialect_router.queue_rules import QueueRules
from models.silero import SileroVad
from models.vad import StreamingVad
from telephony.audio import FRAME_S, Samples
from telephony.clock import MediaClock
from telephony.leg import EndReason, LegEnded, LegError
from telephony.rtp import MediaStats
from telephony.sip.refer import TransferRequest
from telephony.sip.settings import NotRegistered
from telephony.webrtc.phones import BrowserPhones
from telephony.webrtc.settings import WebRtcSettings
from tests.voicebot.call.conversation import Conversation, Line, ScriptedModels
from tests.voicebot.local_knowledge import LocalKnowledge
from voicebot.agent_events import AgentEvent
from voicebot.assist.helpfulness import Helpfulness
from voicebot.assist.prompts import prompt_texts
from voicebot.background import background
from voicebot.call.arrival import customer_to_call
from voicebot.call.outgoing import OutgoingCall
from voicebot.call.put_through import Office
from voicebot.company import Company, load_company
from voicebot.demo import SAMPLE_COMPANY
from voicebot.dialogue.knowledge import KnowledgeIndex
from voicebot.events import LiveEvent
from voicebot.floor.callbacks import Callbacks
from voicebot.floor.closing import Closing
from voicebot.floor.desk_commands import DeskCommands
from voicebot.floor.dialling import Dialling
from voicebot.floor.floor import Floor
from voicebot.floor.floor_log import FloorLog
from voicebot.floor.outside_transfers import OutsideTransfers
from voicebot.floor.services import FloorServices
from voicebot.floor.supervision import Supervisions
from voicebot.hearing.recognition import Recognition
from voicebot.metrics import Metrics
from voicebot.speaking.voice import Voice
from voicebot.store.callbacks import CallbackStore
from voicebot.store.floor import FloorStore
from voicebot.store.floor_records import OfferRecord
from voicebot.store.store import Store
from voicebot.trunk.dialling import DialGuard, NotDialable
from voicebot.turn_taking.turn_words import load_turn_words

COMPANY = load_company(SAMPLE_COMPANY)
KNOWLEDGE = LocalKnowledge(KnowledgeIndex(COMPANY.knowledge))
STRANGER = "+8613912345678"
RING_S = 15.0


class Phone(Line):
    """An agent's telephone."""

    def __init__(self, caller_number: str) -> None:
        super().__init__(caller_number)
        self.direction = "outbound"
        self.on_transfer: Callable[[TransferRequest], bool] | None = None
        self.dead = False
        """Its network is gone: no packet comes, and nobody says goodbye."""
        self._picked_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.over: LegEnded | None = None

    @property
    def stats(self) -> MediaStats:
        return MediaStats(packets_received=0 if self.dead else len(self.heard))

    @property
    def rings(self) -> bool:
        return not self._picked_up.done() and self.over is None

    async def answered(self, timeout_s: float = 60.0) -> None:
        try:
            async with asyncio.timeout(timeout_s):
                await self._picked_up
        except TimeoutError:
            self.over = LegEnded(EndReason.TIMEOUT)
            raise LegError(self.over) from None

    async def pick_up(self) -> None:
        await self.answer()
        self._picked_up.set_result(None)

    def decline(self, code: int = 486) -> None:
        self.over = LegEnded(EndReason.REJECTED, code)
        self._picked_up.set_exception(LegError(self.over))

    def end(self, reason: EndReason = EndReason.REMOTE_HANGUP) -> None:
        self.over = self.over or LegEnded(reason)
        super().end(reason)

    def says(self, speech: Samples) -> None:
        self.caller.write(speech)

    def refer(self, number: str) -> list[int]:
        """Asks to move the caller to `number`; the statuses reported, 603 for a refusal."""
        reports: list[int] = []
        asked = TransferRequest(f"sip:{number}@here", number, lambda code, _: reports.append(code))
        if self.on_transfer is None or not self.on_transfer(asked):
            reports.append(603)
        return reports


class Phones:
    """Every ring makes a phone, which the test picks up or not."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, Phone]] = []
        self.gone: set[str] = set()

    async def ring(self, agent: Agent, *, caller_number: str, caller_name: str, call_id: str) -> Phone:
        if agent.id in self.gone:
            raise NotRegistered(f"no phone is registered as {agent.id!r}")
        phone = Phone(caller_number)
        self.rung.append((agent.id, phone))
        return phone


class Network:
    """Stands for the trunk: every number that is dialled is a telephone, which the test picks up or not."""

    ring_s = 40.0
    caller_id = "4008008820"

    def __init__(self) -> None:
        self.closed: NotDialable | None = None
        self.dialled: list[tuple[str, Phone]] = []

    def checked(self, number: str) -> str:
        return DialGuard(("+86",)).checked(number)

    async def dial(self, number: str, *, call_id: str) -> Phone:
        phone = Phone(number)
        self.dialled.append((number, phone))
        return phone


class House:
    """The company and the means to act as its callers and agents."""

    def __init__(self, store: Store, agents: Iterable[Agent], rules: QueueRules, helpfulness: Helpfulness) -> None:
        self.store = store
        self.company: Company = COMPANY
        self.floor_store = FloorStore(store, "local")
        self.phones = Phones()
        self.told: list[LiveEvent | AgentEvent] = []
        self.caller_models, self.agent_models = ScriptedModels(), ScriptedModels()
        self.open = True
        self.log = FloorLog()
        self._ears = 0
        self._began = datetime.now(UTC)
        judge = SileroVad()
        services = FloorServices(
            current_company=lambda: COMPANY,
            store=self.floor_store,
            log=self.log,
            voice=Voice(ScriptedModels()),  # type: ignore[arg-type]
            knowledge=KNOWLEDGE,
            recognition=self._recognition,
            vad=lambda: StreamingVad(judge),
            tell=self.told.append,
            metrics=Metrics(),
            helpfulness=helpfulness,
            prompt_texts=prompt_texts(),
        )
        closing = Closing(store, services)
        self.network = Network()
        presence = PresenceConfig(ring_s=RING_S)
        self.distributor = CallDistributor(agents, 0.0, rules=rules, presence=presence)
        self.floor = Floor(self.distributor, services, closing, open_now=lambda: self.open)
        browsers = BrowserPhones(WebRtcSettings(), MediaClock(), self.floor.staff)
        self.callbacks = Callbacks(
            self.floor,
            services,
            store,
            CallbackStore(store, "local"),
            self.outgoing,
            policy=CallbackPolicy,
            open_now=lambda: self.open,
            now=self.now,
        )
        self.dialling = Dialling(self.floor, self.log, self.outgoing)
        self.outside = OutsideTransfers(self.floor, store, self.log)
        self.commands = DeskCommands(
            self.floor, closing, Supervisions(self.floor, self.told.append), browsers, self.dialling, self.outside
        )
        self.office = Office(self.company, store, self.floor, self.floor_store, self.callbacks)

    def now(self) -> datetime:
        """By the clock of the loop."""
        return self._began + timedelta(seconds=asyncio.get_running_loop().time())

    async def caller(self, number: str = STRANGER) -> Conversation:
        """Rings; the assistant has said its greeting."""
        conversation = Conversation(self.store, self.company, KNOWLEDGE, number)
        await conversation.begin(self.office)
        await conversation.assistant_finished()
        return conversation

    async def outgoing(self, number: str, ours: str) -> OutgoingCall:
        called = Conversation(self.store, self.company, KNOWLEDGE, number)
        call = called.in_hand(await customer_to_call(number, self.store, self.company, ours=ours), self.office)
        return OutgoingCall(call, self.office, lambda leg, guest: called.session(leg, call, guest).run())

    async def dialled(self, *, within_s: float = 60.0) -> tuple[str, Phone]:
        """A number that is rung through the trunk, once it is."""
        async with asyncio.timeout(within_s):
            while not (self.network.dialled and self.network.dialled[-1][1].rings):  # noqa: ASYNC110 - as above
                await asyncio.sleep(FRAME_S)
        return self.network.dialled[-1]

    async def waiting_caller(self, number: str = STRANGER) -> Conversation:
        """Has asked for a human and hears music."""
        caller = await self.caller(number)
        caller.say("给我转人工", "human_agent")
        await caller.until(lambda: bool(self.floor.visitors))
        return caller

    async def talking(self, agent_id: str, number: str = STRANGER) -> tuple[Conversation, Phone]:
        """A caller and an agent who hear each other."""
        caller = await self.waiting_caller(number)
        phone = await self.rings(agent_id)
        await self.joined(phone)
        return caller, phone

    async def talking_to_either(self, number: str = STRANGER) -> tuple[Conversation, Phone]:
        """The same with whoever is rung."""
        before = len(self.phones.rung)
        caller = await self.waiting_caller(number)
        await caller.until(lambda: len(self.phones.rung) > before)
        _, phone = self.phones.rung[-1]
        await self.joined(phone)
        return caller, phone

    async def rings(self, agent_id: str, *, within_s: float = 60.0) -> Phone:
        """The agent's phone, once it rings."""
        async with asyncio.timeout(within_s):
            while True:
                for rung, phone in reversed(self.phones.rung):
                    if rung == agent_id and phone.rings:
                        return phone
                await asyncio.sleep(FRAME_S)

    async def joined(self, phone: Phone) -> None:
        """Picks up and hears the whisper to its end."""
        await phone.pick_up()
        async with asyncio.timeout(20):
            while not any(  # noqa: ASYNC110 - the frames are the clock
                visitor.connection and visitor.connection.talk and visitor.connection.seat.leg is phone
                for visitor in self.floor.visitors.values()
            ):
                await asyncio.sleep(FRAME_S)

    async def fates(self, caller: Conversation) -> list[tuple[str, str | None]]:
        """Agent and fate of each offer of a call, in order."""
        assert caller.call
        await asyncio.sleep(0.5)
        return [(offer.agent_id, offer.fate) for offer in await self.offers(caller)]

    async def offers(self, caller: Conversation) -> list[OfferRecord]:
        assert caller.call
        return await self.floor_store.offers(caller.call.id)

    def presence(self, agent_id: str) -> str:
        return self.distributor.board.state(agent_id).presence.value

    def _recognition(self) -> Recognition:
        """The caller's party comes first, then the agent's."""
        self._ears += 1
        models = self.caller_models if self._ears % 2 else self.agent_models
        return Recognition(models, load_turn_words(), hotwords="")  # type: ignore[arg-type]


def agent(agent_id: str, *, dialects: Mapping[str, int] | None = None, **fields: object) -> Agent:
    """One who can settle anything."""
    skills = dict.fromkeys(COMPANY.routing.skills, 4)
    given: dict[str, object] = {
        "name": agent_id,
        "team": "售后组",
        "skills": skills,
        "dialects": dialects or {"cmn": 5},
    }
    return Agent(agent_id, **(given | fields))  # type: ignore[arg-type]


@asynccontextmanager
async def house(
    folder: Path,
    *agents: Agent,
    ready: bool = True,
    rules: QueueRules | None = None,
    trunk: bool = False,
    helpfulness: Helpfulness | None = None,
) -> AsyncIterator[House]:
    """trunk: whether there is one; helpfulness: what earlier processes learned of prompts."""
    async with Store(f"sqlite:///{folder / 'calls.db'}") as store:
        opened = House(store, agents, rules or QueueRules(), helpfulness or Helpfulness())
        opened.dialling.line = opened.outside.line = opened.network if trunk else None
        keeping = [opened.callbacks.run(opened.network)] if trunk else []
        async with background(opened.log.run(), opened.floor.run(opened.phones), *keeping):
            for one in agents if ready else ():
                opened.floor.staff.on_registered(one.id)
            yield opened


def loud(frames: Iterable[Samples]) -> bool:
    return any(np.abs(frame).max(initial=0) > 100 for frame in frames)
