"""A call in virtual time: real session, dialogue, voice activity detection and store; the telephone line, the
recogniser and the voice are stood in for, so that every second of it is exact."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from dialect_router.mandarin import to_mandarin
from models.asr import Language, Priority, Transcript
from models.dialect_guess import DialectGuess
from models.espeak import Espeak
from models.silero import SileroVad
from models.understanding import Emotion, Intent, Understanding
from models.vad import StreamingVad
from telephony.audio import FRAME_S, Samples, resample
from telephony.leg import CallLeg, EndReason, LegEnded, LegListener, Party
from telephony.playout import Playout
from telephony.recorder import Recorder
from telephony.rtp import MediaStats
from voicebot.call.arrival import Arrival, identify
from voicebot.call.caller_dialect import CallerDialect
from voicebot.call.log import CallLog
from voicebot.call.put_through import CallInHand, Office, PutThrough
from voicebot.call.session import CallSession
from voicebot.company import Company
from voicebot.company_import import customer_records, order_records
from voicebot.dialogue.humans import nobody_works
from voicebot.dialogue.policy import Dialogue
from voicebot.dialogue.types import KnowledgeSearch
from voicebot.events import LiveEvent
from voicebot.floor.guest import Wish
from voicebot.hearing.recognition import Recognition
from voicebot.metrics import Metrics
from voicebot.speaking.voice import Voice
from voicebot.store.records import CallRecord, TurnRecord
from voicebot.store.store import Store
from voicebot.tools.shop import ShopTools
from voicebot.turn_taking.turn_words import load_turn_words
from voicebot.turn_taking.turns import TurnTaking

SECONDS_PER_CHARACTER = 0.2
CHINA = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 27, 12, 0, tzinfo=CHINA)


class Line(CallLeg):
    """A telephone line whose caller says what the test writes to `caller`; ticks every 20 ms of the loop's time."""

    def __init__(self, number: str) -> None:
        self.id = "line"
        self.remote, self.local = Party(number), Party("service")
        self.direction = "inbound"
        self.playout, self.caller = Playout(), Playout()
        self.heard: list[Samples] = []
        self._listener: LegListener | None = None
        self._ticking: asyncio.Task[None] | None = None

    @property
    def stats(self) -> MediaStats:
        return MediaStats()

    def listen(self, listener: LegListener) -> None:
        self._listener = listener

    def ring(self) -> None: ...

    async def answer(self) -> None:
        self._ticking = asyncio.create_task(self._tick())

    def reject(self, code: int, reason: str) -> None:
        self.end(EndReason.REJECTED)

    def hang_up(self) -> None:
        self.end(EndReason.LOCAL_HANGUP)

    def send_dtmf(self, digits: str) -> None: ...

    def hold(self) -> None: ...

    def resume(self) -> None: ...

    def end(self, reason: EndReason = EndReason.REMOTE_HANGUP) -> None:
        if self._ticking and not self._ticking.done():
            self._ticking.cancel()
            assert self._listener
            self._listener.on_ended(LegEnded(reason))

    def press(self, keys: str) -> None:
        assert self._listener
        for key in keys:
            self._listener.on_dtmf(key)

    def put_on_hold(self, held: bool) -> None:
        assert self._listener
        if held:
            self.playout.pause()
        else:
            self.playout.resume()
        self._listener.on_hold(held)

    @property
    def heard_s(self) -> float:
        return len(self.heard) * FRAME_S

    @property
    def silences_s(self) -> list[float]:
        """Lengths of the assistant's pauses within what it has said so far."""
        loud = np.flatnonzero([np.abs(frame).max() > 100 for frame in self.heard])
        return [float(gap - 1) * FRAME_S for gap in np.diff(loud) if gap > 1]

    def assistant_speaks(self, frames: int = 1) -> bool:
        return any(np.abs(frame).max() > 100 for frame in self.heard[-frames:])

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(FRAME_S)
            outbound = self.playout.next_frame()
            self.heard.append(outbound)
            assert self._listener
            self._listener.on_frame(self.caller.next_frame(), outbound)


class ScriptedModels:
    """Stands for the model host: recognises whatever is said as what the test gave last, speaks in tones."""

    def __init__(self) -> None:
        self.saying: tuple[str, Intent] = ("", Intent("none", 0.0))
        self.understood: list[str] = []
        """Every text that was looked at, also in the middle of an utterance."""
        self.languages: dict[Language, float] = {"zh": 1.0}
        """How likely the recogniser holds each."""
        self.confidence = 0.9
        """Of the words."""
        self.voice_sounds: DialectGuess | None = None
        """What the acoustic classifier hears in every turn; None: it is not installed."""
        self.emotion = Emotion("calm", 1.0)
        self.speaking_takes_s = 0.0

    async def transcribe(
        self, samples: NDArray[np.int16], *, hotwords: str = "", priority: Priority = Priority.FINAL, key: str = ""
    ) -> Transcript:
        text, _ = self.saying
        language = max(self.languages, key=lambda one: self.languages[one])
        return Transcript(text, text, language, self.confidence, 10.0, "scripted", self.languages)

    async def dialect(self, samples: NDArray[np.int16]) -> DialectGuess | None:
        return self.voice_sounds

    async def promote(self, key: str) -> None: ...

    async def end_probability(self, samples: NDArray[np.int16]) -> float | None:
        return None

    async def understand(self, text: str, *, loudness_dbov: float | None = None) -> Understanding:
        self.understood.append(text)
        said, intent = self.saying
        return Understanding(intent if text == to_mandarin(said) else Intent("none", 0.0), self.emotion)

    async def promote_speech(self, key: str) -> None: ...

    async def speak(self, text: str, *, language: str, **_: object) -> AsyncIterator[NDArray[np.int16]]:
        await asyncio.sleep(self.speaking_takes_s)
        samples = int(len(text) * SECONDS_PER_CHARACTER * 8000)
        yield (3000 * np.sin(np.arange(samples) * 0.5)).astype(np.int16)


class Conversation:
    """One call and the means to act as its caller."""

    def __init__(self, store: Store, company: Company, knowledge: KnowledgeSearch, number: str) -> None:
        self.store = store
        self.company = company
        self.knowledge = knowledge
        self.line = Line(number)
        self.models = ScriptedModels()
        self.speech = speech()
        self.told: list[LiveEvent] = []
        self._running: asyncio.Task[None] | None = None
        self.call: CallRecord | None = None
        self.recorder: Recorder | None = None

    async def begin(self, office: Office | None = None) -> None:
        """office: where there are humans to be put through to."""
        await self.store.import_company(customer_records(self.company), order_records(self.company))
        call = self.in_hand(await identify(self.line, self.store, self.company), office)
        self.call, self.dialogue = call.arrival.call, call.dialogue
        await call.log.opened()
        session = self.session(self.line, call, PutThrough(call, office) if office is not None else None)
        self._running = asyncio.create_task(session.run())

    def in_hand(self, arrival: Arrival, office: Office | None = None) -> CallInHand:
        """What a call consists of before it has a leg."""
        tools = ShopTools(self.company, self.store, self.knowledge, arrival.call.id, lambda: datetime.now(CHINA))
        dialogue = Dialogue(
            self.company,
            tools,
            self.knowledge,
            arrival.known,
            arrival.language,
            started=NOON,
            staffing=nobody_works if office is None else lambda skill: office.floor.staffing(Wish(skill, {"cmn": 1.0})),
        )
        dialect = CallerDialect(arrival.dialect, self.models.dialect)
        return CallInHand(arrival, CallLog(self.store, arrival.call), dialogue, dialect)

    def session(self, leg: CallLeg, call: CallInHand, humans: PutThrough | None) -> CallSession:
        return CallSession(
            leg,
            dialogue=call.dialogue,
            turns=TurnTaking(),
            vad=StreamingVad(SileroVad()),
            recognition=Recognition(self.models, load_turn_words(), hotwords=""),  # type: ignore[arg-type]
            dialect=call.dialect,
            voice=Voice(self.models),  # type: ignore[arg-type]
            call_log=call.log,
            recorder=self.recorder,
            metrics=Metrics(),
            tell=self.told.append,
            humans=humans,
        )

    async def until(self, condition: Callable[[], bool], *, within_s: float = 60.0) -> float:
        """Virtual seconds until the condition held."""
        started = asyncio.get_running_loop().time()
        async with asyncio.timeout(within_s):
            while not condition():  # noqa: ASYNC110 - the line's frames are the clock
                await asyncio.sleep(FRAME_S)
        return asyncio.get_running_loop().time() - started

    async def assistant_finished(self) -> None:
        """The assistant spoke and has been silent for half a second."""
        await self.until(lambda: self.line.assistant_speaks())
        await self.until(lambda: len(self.line.heard) > 25 and not self.line.assistant_speaks(25))

    async def assistant_finished_over_music(self) -> None:
        """What it says is said; music goes on."""
        await self.until(lambda: self.line.playout.pending_samples > 0)
        await self.until(lambda: self.line.playout.pending_samples == 0)
        await asyncio.sleep(0.3)

    def say(self, text: str, intent: str, confidence: float = 0.95, *, seconds: float = 1.5) -> None:
        """The caller begins to speak; the recogniser will have heard `text`."""
        self.models.saying = (text, Intent(intent, confidence))
        self.line.caller.write(self.speech[: int(seconds * 8000)])

    async def ended(self) -> CallRecord:
        assert self._running and self.call
        async with asyncio.timeout(60):
            await self._running
        record = await self.store.call(self.call.id)
        assert record
        return record

    async def turns(self) -> list[TurnRecord]:
        assert self.call
        return await self.store.turns(self.call.id)


def speech() -> Samples:
    """Two seconds and more of uninterrupted speech."""
    samples = resample(Espeak().synthesize("我想问一下那个保温杯现在到底到了哪里", "cmn+f2", rate=170, pitch=50), 22050)
    loud = np.flatnonzero(np.abs(samples) > 500)
    return samples[loud[0] :]
