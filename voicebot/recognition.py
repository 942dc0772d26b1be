"""From a stretch of the caller's audio to what they mean: recognition, understanding, and whether they are done."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray

from models.address import InferenceError
from models.asr import Priority
from models.speech_client import SpeechModels
from telephony.audio import level_dbfs
from voicebot.completeness import UnfinishedWords, completeness
from voicebot.dialogue.types import IntentGuess, Language, Understood
from voicebot.turns import Completeness

log = structlog.get_logger(__name__)

DIALECT_OF_LANGUAGE: Final[Mapping[str, Language]] = {"zh": "cmn", "yue": "yue", "en": "cmn"}
"""The recogniser's languages as the dialogue names them; the dialogue speaks no English."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One utterance as far as the models understood it. `understood` is None when they could not be reached."""

    understood: Understood | None
    completeness: Completeness
    raw_text: str
    language: str
    start_s: float


class Recognition:
    """Hears utterances for one call."""

    def __init__(self, models: SpeechModels, words: UnfinishedWords, *, hotwords: str) -> None:
        self._models = models
        self._words = words
        self._hotwords = hotwords

    async def hear(self, samples: NDArray[np.int16], *, start_s: float, expecting_digits: bool) -> Heard:
        """samples: [n] at 8,000 Hz. Never raises for a model that fails: the caller is owed an answer."""
        try:
            transcript = await self._models.transcribe(samples, hotwords=self._hotwords, priority=Priority.SPECULATIVE)
            if not transcript.text:
                return Heard(None, Completeness.EMPTY, transcript.raw, transcript.language, start_s)
            meaning = await self._models.understand(transcript.text, loudness_dbov=level_dbfs(samples))
        except InferenceError as error:
            log.error("utterance_not_understood", reason=str(error))
            return Heard(None, Completeness.COMPLETE, "", "zh", start_s)
        intent = meaning.intent
        understood = Understood(
            text=transcript.text,
            intent=IntentGuess(intent.name, intent.confidence, intent.alternatives),
            language=DIALECT_OF_LANGUAGE[transcript.language],
            emotion=meaning.emotion.label,
            asr_confidence=transcript.confidence,
        )
        finished = completeness(
            transcript.text,
            intent=intent.name,
            confidence=intent.confidence,
            expecting_digits=expecting_digits,
            words=self._words,
        )
        return Heard(understood, finished, transcript.raw, transcript.language, start_s)
