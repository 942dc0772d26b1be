"""The models in this process, answering after a fixed time of the call's own clock, however long they really took."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from models.asr import AsrEngine
from models.emotion import EmotionClassifier
from models.end_of_turn import EndOfTurnModel
from models.inference import ModelCallFailed, ModelClient
from models.intent import IntentClassifier
from models.speech_client import (
    read_end_of_turn_request,
    read_transcribe_request,
    write_transcript,
    write_understanding,
)
from models.understanding import Understanding
from voicebot.bench.turns.prompts import tone


class LocalModels(ModelClient):
    """Serves calls as the model host does: recognition and understanding are real, the voice is a tone."""

    def __init__(
        self, recogniser: AsrEngine, intents: IntentClassifier, endings: EndOfTurnModel | None, *, answer_s: float
    ) -> None:
        """endings: None where none is installed; answer_s: from a request for recognition to what was understood."""
        self._recogniser, self._intents, self._endings, self._answer_s = recogniser, intents, endings, answer_s
        self._emotions = EmotionClassifier.load()

    async def call(self, service: str, payload: dict[str, Any], *, timeout_s: float) -> dict[str, Any]:
        match service:
            case "asr":
                await asyncio.sleep(self._answer_s)  # first, so that what is cancelled meanwhile costs nothing
                utterance, _ = read_transcribe_request(payload)
                return write_transcript(self._recogniser.transcribe_batch([utterance])[0])
            case "understand":
                text = str(payload["text"])
                emotion = self._emotions.classify(text, payload["loudness_dbov"])
                return write_understanding(Understanding(self._intents.classify([text])[0], emotion))
            case "health":
                return {"services": ["asr", "understand", *(["end_of_turn"] if self._endings else [])]}
            case "end_of_turn" if self._endings:
                await asyncio.sleep(self._answer_s)  # beside the recogniser
                return {"probability": self._endings.probabilities([read_end_of_turn_request(payload)])[0]}
            case "asr_promote":
                return {}
            case _:
                raise ModelCallFailed(service, "KeyError", "not served here")

    async def stream(
        self, service: str, payload: dict[str, Any], *, timeout_s: float
    ) -> AsyncGenerator[dict[str, Any], None]:
        yield {"samples": tone(payload["text"])}
