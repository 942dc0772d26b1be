"""Where calls are taken: what all calls of a process share, and the making of a session for each of them."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from dialect_router.routing import Staffing
from models.address import InferenceError
from models.inference import ModelClient
from models.silero import SileroVad
from models.speech_client import SpeechModels
from models.vad import StreamingVad
from telephony.leg import CallLeg
from telephony.recorder import Recorder, RecordingThread
from voicebot.agent_events import AgentEvent
from voicebot.background import background
from voicebot.call.admission import Admission, AdmissionLimits
from voicebot.call.arrival import Arrival, customer_to_call, identify, read_numbering
from voicebot.call.caller_dialect import CallerDialect, read_word_lists
from voicebot.call.log import CallLog
from voicebot.call.outgoing import OutgoingCall
from voicebot.call.put_through import CallInHand, Office, PutThrough
from voicebot.call.ringing import Ringing
from voicebot.call.session import CallSession
from voicebot.call.turned_away import TurnedAway
from voicebot.company import Company
from voicebot.company.live import Live
from voicebot.company_at_work import CompanyAtWork, read_at_work, today
from voicebot.company_changes.carrying import Carrier
from voicebot.company_import import customer_records, order_records
from voicebot.config import AdmissionSection, Settings, secret
from voicebot.dialogue import warm_up
from voicebot.dialogue.humans import nobody_works
from voicebot.dialogue.policy import Dialogue
from voicebot.dialogue.types import Reply
from voicebot.dialogue.wording import Wording
from voicebot.eventbus import EventPublisher
from voicebot.events import LiveEvent
from voicebot.floor.guest import Wish
from voicebot.floor.opening import FloorTools, OpenFloor, open_floor
from voicebot.hearing.recognition import Recognition
from voicebot.knowledge_service import RemoteKnowledge
from voicebot.load_watch import watch_lag, watch_models
from voicebot.logs import call_context
from voicebot.metrics import Metrics
from voicebot.privacy.call_listener import personal_data
from voicebot.privacy.words import personal_words
from voicebot.speaking.voice import Voice
from voicebot.store.store import Store, StoreError
from voicebot.tools.shop import ShopTools
from voicebot.turn_taking.completeness import read_words
from voicebot.turn_taking.turns import TurnTaking

log = structlog.get_logger(__name__)

MODEL_HOST_START_S = 180.0
"""Loading models takes seconds for the bundled ones, minutes for a large one on a slow disk."""
CALLS_PER_CORE = 20
"""Conversations that keep their pace, where admission.max_calls does not say otherwise."""
PUBLISHED_S = 4.0
"""For so long at most a call rings on for what was published just before it; reading a folder takes 1 to 3 s."""
CLOSING_S = 8.0
"""Time that calls have to close their records when the process stops."""


async def at_once() -> None:
    """Nothing is published meanwhile."""


class CallDesk:
    """What every call of this process shares; makes a session for each leg that rings."""

    def __init__(
        self,
        settings: Settings,
        at_work: Callable[[], CompanyAtWork],
        store: Store,
        client: ModelClient,
        metrics: Metrics,
        admission: Admission,
        tell: Callable[[LiveEvent | AgentEvent], None],
        up_to_date: Callable[[], Awaitable[None]] = at_once,
    ) -> None:
        """at_work: the company as the next call finds it; admission: decides who is taken; tell: publishes what happens
        while people speak; up_to_date: returns once `at_work` is what was published last."""
        self._settings = settings
        self._at_work = at_work
        self._up_to_date = up_to_date
        self._store = store
        self._models = SpeechModels(client)
        self._knowledge = RemoteKnowledge(client)
        self._voice = Voice(self._models)
        self._metrics = metrics
        self._admission = admission
        self._tell = tell
        self._judge = SileroVad()
        self._recordings = RecordingThread()
        self._active = 0
        self._conversations = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._humans: OpenFloor | None = None

    @asynccontextmanager
    async def with_humans(self) -> AsyncIterator[OpenFloor]:
        """Opens the floor: calls can be put through to agents meanwhile. Raises CompanyError."""
        tools = FloorTools(
            voice=self._voice,
            knowledge=self._knowledge,
            recognition=self._recognition,
            vad=lambda: StreamingVad(self._judge),
            tell=self._tell,
            metrics=self._metrics,
            outgoing=self.outgoing,
        )
        async with open_floor(self._settings, self._current_company, self._store, tools) as self._humans:
            try:
                yield self._humans
            finally:
                self._humans = None

    @property
    def hotline(self) -> str:
        return self._company.profile.hotline

    @property
    def company_name(self) -> str:
        return self._company.profile.name

    @property
    def _company(self) -> Company:
        return self._at_work().company

    def _current_company(self) -> Company:
        return self._company

    async def prepare(self) -> None:
        """What the first call shall not wait for: fixed prompts, the numbering tables, the dialogue's own."""
        read_numbering()
        read_word_lists()
        personal_data("", personal_words())
        await self._prepare_for(self._at_work())

    async def take_over(self, changed: CompanyAtWork) -> None:
        """Before calls go by a company that was changed."""
        try:
            await self._prepare_for(changed)
        except InferenceError as error:  # what it says is synthesised when it is said
            log.warning("prompts_not_prepared", reason=str(error))
        if self._humans is not None:
            self._humans.follow(changed.company.routing)

    async def _prepare_for(self, company: CompanyAtWork) -> None:
        await asyncio.to_thread(warm_up, company.company, today(company.company))
        await asyncio.to_thread(read_words, company.words)
        await self._voice.prepare(company.fixed)

    async def take(self, leg: CallLeg, ringing: Ringing) -> None:
        """Carries one call from ring to the end of its record."""
        await self._counted(leg, self._carry(leg, ringing))

    async def outgoing(self, number: str, ours: str) -> OutgoingCall:
        """A call to a customer, whom an agent talks to. ours: the number that they will see. Raises StoreError."""
        assert self._humans is not None
        call = self._call(await customer_to_call(number, self._store, self._company, ours=ours))

        async def carry(leg: CallLeg, guest: OutgoingCall) -> None:
            with call_context(call.arrival.call.id):
                await self._counted(leg, self._converse(self._session(leg, call, guest)))

        return OutgoingCall(call, self._office(self._humans), carry)

    async def _counted(self, leg: CallLeg, work: Coroutine[Any, Any, None]) -> None:
        """One call's work: it counts while it goes on, and its defects are its own."""
        self._active += 1
        self._idle.clear()
        self._metrics.calls_active.inc()
        try:
            await work
        except Exception:  # one call's defect must not end the calls of others: logged with its trace, leg ended
            log.exception("call_failed", leg=leg.id)
            self._metrics.errors.labels("call_failed").inc()
            leg.hang_up()
        finally:
            self._active -= 1
            self._metrics.calls_active.dec()
            if not self._active:
                self._idle.set()

    async def all_done(self) -> None:
        """Returns when the last call's record is closed, or after a grace period."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_S):
                await self._idle.wait()

    async def _carry(self, leg: CallLeg, ringing: Ringing) -> None:
        await self._up_to_date()
        try:
            call = self._call(await identify(leg, self._store, self._company))
            await call.log.opened()
        except StoreError as error:
            log.error("call_refused", reason=str(error))
            self._metrics.calls_rejected.labels("store").inc()
            leg.reject(503, "Service Unavailable")
            return
        arrival = call.arrival
        with call_context(arrival.call.id):
            log.info("call_rings", caller=arrival.call.caller_number, region=arrival.region.label)
            if ringing.ended:
                await call.log.ended(outcome="abandoned", end_reason=ringing.ended.reason, language=None, quality={})
            elif refusal := self._admission.refusal(calls=self._conversations, at=asyncio.get_running_loop().time()):
                log.warning("call_turned_away", reason=refusal)
                self._metrics.calls_rejected.labels("busy").inc()
                notice = self._busy_notice(arrival)
                await TurnedAway(leg, notice, voice=self._voice, call_log=call.log).run()
            else:
                humans = PutThrough(call, self._office(self._humans)) if self._humans is not None else None
                await self._converse(self._session(leg, call, humans))

    async def _converse(self, session: CallSession) -> None:
        self._conversations += 1
        try:
            await asyncio.sleep(0)  # making a session and answering are 2 ms together: no other call waits for both
            await session.run()
        finally:
            self._conversations -= 1

    def _busy_notice(self, arrival: Arrival) -> Reply:
        segment = Wording(self._company, self._now().date()).prompt("busy", arrival.language)
        return Reply((segment,), arrival.language, end_call=True)

    def _call(self, arrival: Arrival) -> CallInHand:
        dialogue = Dialogue(
            self._company,
            ShopTools(self._company, self._store, self._knowledge, arrival.call.id, self._now),
            self._knowledge,
            arrival.known,
            arrival.language,
            started=self._now(),
            staffing=lambda skill: self._staffing(skill, arrival),
        )
        dialect = CallerDialect(arrival.dialect, self._models.dialect)
        return CallInHand(arrival, CallLog(self._store, arrival.call), dialogue, dialect)

    def _session(self, leg: CallLeg, call: CallInHand, humans: PutThrough | None) -> CallSession:
        return CallSession(
            leg,
            dialogue=call.dialogue,
            turns=TurnTaking(),
            vad=StreamingVad(self._judge),
            recognition=self._recognition(),
            dialect=call.dialect,
            voice=self._voice,
            call_log=call.log,
            recorder=self._recorder(call.arrival.call.id),
            metrics=self._metrics,
            tell=self._tell,
            humans=humans,
        )

    def _staffing(self, skill: str, arrival: Arrival) -> Staffing:
        if self._humans is None:
            return nobody_works(skill)
        value = self._company.routing.value_of(arrival.known.level)
        return self._humans.floor.staffing(Wish(skill, arrival.dialect.belief.probabilities, value=value))

    def _office(self, humans: OpenFloor) -> Office:
        return Office(self._company, self._store, humans.floor, humans.store, humans.callbacks)

    def _recognition(self) -> Recognition:
        words = " ".join(self._company.words)
        return Recognition(self._models, self._at_work().words, hotwords=words, names=self._company.product_names)

    def _now(self) -> datetime:
        return datetime.now(ZoneInfo(self._company.profile.timezone))

    def _recorder(self, call_id: str) -> Recorder | None:
        if not self._settings.recording.enabled:
            return None
        return Recorder(self._settings.recordings_dir / f"{call_id}.wav", thread=self._recordings)


@asynccontextmanager
async def call_desk(settings: Settings, metrics: Metrics) -> AsyncIterator[CallDesk]:
    """A desk that is ready to take calls: store recovered, models reached, prompts synthesised. Raises CompanyError."""
    live = Live(settings.company.dir, read_at_work, apart=True)
    store = Store(settings.store_url, node=settings.events.node, patience_s=settings.store.lock_patience_s)
    client = ModelClient(settings.model_host, token=secret(settings.models.token) or "")
    publisher = EventPublisher(store, settings.events, on_connected=metrics.broker_connected.set)
    admission = Admission(_limits(settings.admission))
    async with store, client:
        await _recover(store, live.current.company)
        watching = watch_models(SpeechModels(client), admission, metrics), watch_lag(admission)
        async with background(publisher.run(), metrics.watch_loop(), Carrier(store, settings).run(), *watching):
            log.info("waiting_for_models", address=settings.model_host)
            await client.call("health", {}, timeout_s=MODEL_HOST_START_S)
            up_to_date = partial(live.up_to_date, PUBLISHED_S)
            desk = CallDesk(
                settings, lambda: live.current, store, client, metrics, admission, publisher.tell, up_to_date
            )
            await desk.prepare()
            async with background(live.watch(desk.take_over)):
                yield desk


def _limits(admission: AdmissionSection) -> AdmissionLimits:
    calls = admission.max_calls or CALLS_PER_CORE * len(os.sched_getaffinity(0))
    return AdmissionLimits(calls, admission.max_recognition_ms, admission.max_loop_lag_ms)


async def _recover(store: Store, company: Company) -> None:
    """After a crash: close what was left open. Then take over what the company's files say now."""
    if orphans := await store.close_orphans():
        log.warning("calls_interrupted_by_crash", calls=orphans)
    await store.import_company(customer_records(company), order_records(company))
