"""Carries a scripted call through the real session: ear, turn-taking, recogniser and intent classifier as in a call.

Only the line, the dialogue, the voice and the store are stood in for.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, cast

import numpy as np

from dialect_router.dialects import prior
from dialect_router.evidence import HeardDialect
from dialect_router.regions import locate
from models.asr import AsrEngine
from models.end_of_turn import EndOfTurnModel
from models.intent import IntentClassifier
from models.silero import SileroVad
from models.speech_client import SpeechModels
from models.training.channel import TELEPHONE_HZ, Audio
from models.vad import StreamingVad
from telephony.audio import FRAME_S
from voicebot.bench.turns import counted_time
from voicebot.bench.turns.figures import Judged
from voicebot.bench.turns.judging import LISTENING, LOST_ANSWER_S, Observed, judge
from voicebot.bench.turns.line import Line
from voicebot.bench.turns.local_models import LocalModels
from voicebot.bench.turns.prompts import ScriptedDialogue
from voicebot.bench.turns.scenarios import Scenario
from voicebot.bench.turns.voices import Said
from voicebot.call.caller_dialect import CallerDialect
from voicebot.call.log import CallLog
from voicebot.call.session import CallSession
from voicebot.dialogue.policy import Dialogue
from voicebot.events import Event
from voicebot.hearing.recognition import Recognition
from voicebot.metrics import Metrics
from voicebot.speaking.voice import Voice
from voicebot.store.records import CallRecord, TurnRecord
from voicebot.store.store import Store
from voicebot.turn_taking.turn_words import TurnWords
from voicebot.turn_taking.turns import TurnTaking

PROMPT_BEGINS_S: Final = 5.0
"""A reply that has not begun after so long is a defect of the session, not a figure."""
_NO_NOISE: Final = np.zeros(TELEPHONE_HZ, np.float32)


class Silent(RuntimeError):
    """The session never began to speak."""


class Bench:
    """What all calls share: the models, loaded once, and the backgrounds."""

    def __init__(
        self,
        recogniser: AsrEngine,
        intents: IntentClassifier,
        words: TurnWords,
        beds: Mapping[str, Audio],
        *,
        endings: EndOfTurnModel | None = None,
        hotwords: str = "",
        model_s: float = 0.06,
    ) -> None:
        """words: with the company's, as a call has them; beds: backgrounds with an RMS of 1.

        endings: the end-of-turn model, where one is installed.
        model_s: of the call's time, from a pause to what was understood.
        """
        self.recogniser = recogniser.describe().name + (" and end-of-turn" if endings else "")
        """For the figures' heading."""
        self._models = SpeechModels(LocalModels(recogniser, intents, endings, answer_s=model_s))
        self._judge = SileroVad()
        self._words = words
        self._hotwords = hotwords
        self._metrics = Metrics()
        self._beds = beds

    def carry(self, scenario: Scenario, turns: Sequence[Said]) -> list[Judged]:
        """The call, up to the first turn after which the script makes no more sense. turns: what the caller says."""
        return counted_time.run(self._carry(scenario, turns))

    async def _carry(self, scenario: Scenario, turns: Sequence[Said]) -> list[Judged]:
        condition = scenario.condition
        bed, background = _NO_NOISE, condition.background
        if background.noise:
            bed = self._beds[background.noise] * np.float32(10 ** ((condition.level_db - background.snr_db) / 20))
        line = Line(bed, condition.codec)
        dialogue = ScriptedDialogue(scenario.expecting, scenario.prompt_ms, len(scenario.turns), lambda: line.now_s)
        judged: list[Judged] = []
        async with asyncio.TaskGroup() as tasks:
            call = tasks.create_task(self._session(line, dialogue).run())
            for said in turns:
                judged.append(await _turn(scenario, said, line, dialogue))
                if judged[-1].outcome.bad:
                    break
            line.hang_up()
            await call
        return judged

    def _session(self, line: Line, dialogue: ScriptedDialogue) -> CallSession:
        return CallSession(
            line,
            dialogue=cast(Dialogue, dialogue),
            turns=TurnTaking(),
            vad=StreamingVad(self._judge),
            recognition=Recognition(self._models, self._words, hotwords=self._hotwords),
            dialect=CallerDialect(HeardDialect(prior(locate("")))),
            voice=Voice(self._models),
            call_log=CallLog(cast(Store, _Forgetful()), _CALL),
            recorder=None,
            metrics=self._metrics,
        )


async def _turn(scenario: Scenario, said: Said, line: Line, dialogue: ScriptedDialogue) -> Judged:
    first_asked = len(dialogue.asked)
    script = await _speak_to(scenario, said, line)
    while not _settled(scenario, script, line, dialogue, first_asked):
        await line.tick()
    asked = tuple(asked for asked in dialogue.asked[first_asked:] if asked.at_s >= script.onset_s)
    seen = Observed(
        prompt_start_s=script.prompt_start_s,
        prompt_s=scenario.prompt_ms / 1000,
        onset_s=script.onset_s,
        end_s=script.end_s,
        audible=tuple(line.audible[script.first_frame :]),
        asked=asked,
    )
    return Judged(
        id=f"{scenario.kind} {scenario.id}",
        kind=scenario.kind,
        half=scenario.half,
        background=str(scenario.condition.background),
        said=said.text,
        heard=asked[-1].text if asked else "",
        outcome=judge(scenario.kind, seen),
    )


@dataclass(frozen=True, slots=True)
class _Script:
    """When what happens in this turn. Seconds of the call's audio."""

    first_frame: int
    prompt_start_s: float
    onset_s: float
    """First sound of the caller's speech; the prompt's start where the assistant is to go on talking."""
    end_s: float
    """Of the last word."""
    last_s: float
    """When the turn is to be given up."""


async def _speak_to(scenario: Scenario, said: Said, line: Line) -> _Script:
    """Waits for the prompt and lets the caller begin at the scripted moment."""
    first = len(line.audible)
    deadline = line.now_s + PROMPT_BEGINS_S
    await line.tick()
    while not line.audible[-1]:
        if line.over or line.now_s > deadline:
            raise Silent(f"{scenario.kind} {scenario.id}: no prompt within {PROMPT_BEGINS_S:g} s")
        await line.tick()
    first = len(line.audible) - 1
    prompt_start_s = line.now_s
    prompt_end_s = prompt_start_s + scenario.prompt_ms / 1000
    start_s = prompt_end_s + scenario.start_ms / 1000
    line.say(said.samples, at_s=start_s)
    listening = scenario.kind in LISTENING
    onset_s = prompt_start_s if listening else start_s + said.speech[0][0]
    end_s = start_s + (said.speech[-1][1] if said.speech else said.length_s)
    last_s = max(prompt_end_s, end_s) + LOST_ANSWER_S
    return _Script(first, prompt_start_s, onset_s, end_s, last_s)


def _settled(scenario: Scenario, script: _Script, line: Line, dialogue: ScriptedDialogue, first_asked: int) -> bool:
    if line.over or line.now_s > script.last_s:
        return True
    if any(asked.at_s >= script.onset_s for asked in dialogue.asked[first_asked:]):
        return True
    heard_s = sum(line.audible[script.first_frame :]) * FRAME_S
    return scenario.kind in LISTENING and line.now_s > script.end_s and heard_s >= scenario.prompt_ms / 1000


_CALL: Final = CallRecord("bench", "line", "inbound", "+8613800000000", "service", datetime(2026, 1, 1, tzinfo=UTC))


class _Forgetful:
    """A store that keeps nothing: what is written takes no time."""

    async def answer_call(
        self, call_id: str, at: datetime, *, recording_path: str | None, events: Sequence[Event] = ()
    ) -> None: ...

    async def add_turn(
        self, *turns: TurnRecord, events: Sequence[Event] = (), dialects: Mapping[str, float] | None = None
    ) -> None: ...

    async def update_turn(self, turn: TurnRecord, *, events: Sequence[Event] = ()) -> None: ...

    async def end_call(
        self, call_id: str, at: datetime, *, events: Sequence[Event] = (), **closing: object
    ) -> None: ...
