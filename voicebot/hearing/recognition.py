"""From a stretch of the caller's audio to what they mean: recognition, understanding, and whether they are done."""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray

from dialect_router.mandarin import to_mandarin
from models.address import InferenceError
from models.asr import Priority, Transcript
from models.speech_client import SpeechModels
from telephony.audio import level_dbfs
from voicebot.dialogue.types import Expecting, IntentGuess, Language, Understood
from voicebot.turn_taking.backchannel import acknowledges, is_backchannel
from voicebot.turn_taking.barge_in import Words
from voicebot.turn_taking.completeness import completeness, dictating
from voicebot.turn_taking.endpointing import Completeness, Judgement
from voicebot.turn_taking.prosody import falling
from voicebot.turn_taking.turn_words import TurnWords

log = structlog.get_logger(__name__)

DIALECT_OF_LANGUAGE: Final[Mapping[str, Language]] = {"zh": "cmn", "yue": "yue", "en": "cmn"}
"""The recogniser's languages as the dialogue names them; the dialogue speaks no English."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One utterance as far as the models understood it. `understood` is None when they could not be reached."""

    understood: Understood | None
    judgement: Judgement
    raw_text: str
    language: str
    start_s: float
    recognition_s: float = 0.0
    """Time that the words took."""
    understanding_s: float = 0.0
    """Time that their meaning took."""
    languages: Mapping[str, float] = field(default_factory=dict)
    """How likely the recogniser holds each of its languages; empty where it cannot say."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What was heard in the middle of an utterance. `understood` is None when there were no words."""

    words: Words | None
    """None where it is too early to tell: a syllable, or words that are hardly believed."""
    understood: Understood | None


UNCLEAR: Final = 0.9
"""The recogniser's confidence that nothing was said, below which a sound after a question may be an answer. It had 0.4
to 0.9 in answers in which it found no word. Of 99 coughs and noises without voices behind them none was heard as
speech; of 33 with such voices, one in ten is asked about for this (entries of the tuning half, November 2026)."""


class Recognition:
    """Hears utterances for one call."""

    def __init__(self, models: SpeechModels, words: TurnWords, *, hotwords: str, names: Collection[str] = ()) -> None:
        """names: of products, in which nothing is taken for a dialect's word."""
        self._models = models
        self._words = words
        self._hotwords = hotwords
        self._names = names

    async def hear(self, samples: NDArray[np.int16], *, key: str, start_s: float, expecting: Expecting) -> Heard:
        """samples: [n] at 8,000 Hz; key: names the utterance, so that older looks at it that still wait are dropped.

        Never raises for a model that fails: the caller is owed an answer.
        """
        clock = asyncio.get_running_loop().time
        began = clock()
        ending = asyncio.ensure_future(self._models.end_probability(samples))
        fall = asyncio.ensure_future(_fall(samples))
        try:
            transcript = await self._transcribe(samples, key, Priority.SPECULATIVE)
            recognised = clock()
            if not transcript.text:
                return _wordless(transcript, expecting, start_s=start_s, recognition_s=recognised - began)
            understood = await self._understand(samples, transcript.text, transcript.language, transcript.confidence)
            judgement = self._judge(understood, expecting, fall=await fall, ending=await ending)
        except InferenceError as error:
            log.error("utterance_not_understood", reason=str(error))
            return Heard(None, Judgement(Completeness.COMPLETE), "", "zh", start_s)
        finally:
            ending.cancel()
            fall.cancel()
        times = (recognised - began, clock() - recognised)
        return Heard(understood, judgement, transcript.raw, transcript.language, start_s, *times, transcript.languages)

    async def hurry(self, key: str) -> None:
        """The caller waits for this one now."""
        with suppress(InferenceError):  # it comes in its turn
            await self._models.promote(key)

    async def glimpse(self, samples: NDArray[np.int16], *, key: str) -> Glimpse | None:
        """What is being said. None when the models have no time for it, which is no fault."""
        try:
            transcript = await self._transcribe(samples, key, Priority.PARTIAL)
            if not transcript.text:
                return Glimpse(Words.NONE, None)
            understood = await self._understand(samples, transcript.text, transcript.language, transcript.confidence)
        except InferenceError:
            return None
        return Glimpse(self._so_far(transcript), understood)

    def _so_far(self, transcript: Transcript) -> Words | None:
        if is_backchannel(transcript.text, self._words):
            return Words.BACKCHANNEL
        return None if acknowledges(transcript.text, self._words, heard=transcript.confidence) else Words.MEANT

    async def _transcribe(self, samples: NDArray[np.int16], key: str, priority: Priority) -> Transcript:
        return await self._models.transcribe(samples, hotwords=self._hotwords, priority=priority, key=key)

    async def _understand(self, samples: NDArray[np.int16], text: str, language: str, confidence: float) -> Understood:
        in_mandarin = to_mandarin(text, self._names)
        meaning = await self._models.understand(in_mandarin, loudness_dbov=level_dbfs(samples))
        intent = meaning.intent
        return Understood(
            text=text,
            intent=IntentGuess(intent.name, intent.confidence, intent.alternatives),
            language=DIALECT_OF_LANGUAGE[language],
            emotion=meaning.emotion.label,
            asr_confidence=confidence,
        )

    def _judge(
        self, understood: Understood, expecting: Expecting, *, fall: float | None, ending: float | None
    ) -> Judgement:
        text, intent = understood.text, understood.intent
        finished = completeness(
            text,
            intent=intent.name,
            confidence=intent.confidence,
            expecting=expecting,
            words=self._words,
            heard=understood.asr_confidence,
        )
        return Judgement(
            completeness=finished,
            dictating=dictating(text, expecting=expecting, words=self._words),
            telling=expecting is Expecting.TEXT,
            backchannel=acknowledges(text, self._words, heard=understood.asr_confidence),
            falling=fall,
            end_probability=ending,
        )


async def _fall(samples: NDArray[np.int16]) -> float | None:
    """In a step of its own, while the models work: it is most of the loop's share of an utterance."""
    return falling(samples)


def _wordless(transcript: Transcript, expecting: Expecting, *, start_s: float, recognition_s: float) -> Heard:
    """No words were found: where yes or no was asked, doubt of that is an answer that was not understood."""
    language = transcript.language
    if expecting is not Expecting.YES_NO or transcript.confidence >= UNCLEAR:
        return Heard(None, Judgement(Completeness.EMPTY), transcript.raw, language, start_s, recognition_s)
    unclear = Judgement(Completeness.UNSURE, backchannel=True, unclear=True)
    nothing = Understood(text="", language=DIALECT_OF_LANGUAGE[language], asr_confidence=0.0)
    return Heard(nothing, unclear, transcript.raw, language, start_s, recognition_s)
