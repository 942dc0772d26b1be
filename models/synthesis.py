"""One voice for all calls: sentences wait for it in one queue, those that a caller waits for first."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.asr import Priority
from models.batching import BatchQueue
from models.inference import Service
from models.prompt_cache import PromptCache
from models.speech_client import read_key, read_speak_request
from models.spoken import say
from models.tts import Language, sentences

SENTENCE_DEADLINE_S: Final = 5.0
"""A sentence that comes later is of no use: the caller has been told so by then."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence as it is written. fixed: a prompt of the company's, which may be kept on disk."""

    text: str
    language: Language
    fixed: bool = False


class Synthesis:
    """The model host's services "tts" and "tts_promote". A voice says one sentence at a time."""

    def __init__(self, voice: PromptCache) -> None:
        self._voice = voice
        self.queue: BatchQueue[Sentence, NDArray[np.int16]] = BatchQueue(self._say, max_batch=1)
        self._urgency: dict[str | None, Priority] = {}  # by the keys of the texts under way

    @property
    def services(self) -> dict[str, Service]:
        return {"tts": self._speak, "tts_promote": self._promote}

    async def _speak(self, payload: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """Sentence by sentence, each as soon as it is said."""
        request = read_speak_request(payload)
        self._urgency[request.key] = request.priority
        try:
            for text in sentences(request.text):
                sentence = Sentence(text, request.language, request.fixed)
                urgency = self._urgency[request.key]
                samples = await self.queue.submit(
                    sentence, priority=urgency, deadline_s=SENTENCE_DEADLINE_S, key=request.key
                )
                if samples.size:
                    yield {"samples": samples}
        finally:
            del self._urgency[request.key]

    async def _promote(self, payload: dict[str, Any]) -> dict[str, Any]:
        """A text that was being said on suspicion is the reply: the rest of it comes first."""
        if (key := read_key(payload)) in self._urgency:
            self._urgency[key] = Priority.FINAL
            self.queue.promote(key, Priority.FINAL)
        return {}

    def _say(self, batch: Sequence[Sentence]) -> list[NDArray[np.int16]]:
        return [self._said(sentence) for sentence in batch]

    def _said(self, sentence: Sentence) -> NDArray[np.int16]:
        spoken = say(sentence.text, language=sentence.language)
        find = self._voice.keep if sentence.fixed else self._voice.synthesize
        return find(spoken, language=sentence.language)
