"""The assistant's voice: sentences become audio in the model host; fixed ones are kept and never synthesised twice."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable

import numpy as np
import structlog
from numpy.typing import NDArray

from models.speech_client import SpeechModels
from voicebot.dialogue.types import Language

log = structlog.get_logger(__name__)

Samples = NDArray[np.int16]


class Voice:
    """Speaks for all calls of a process. Kept audio also serves when the model host is away."""

    def __init__(self, models: SpeechModels, *, kept: int = 500) -> None:
        self._models = models
        self._kept = kept
        self._cache: OrderedDict[tuple[str, str], Samples] = OrderedDict()

    async def prepare(self, sentences: Iterable[tuple[str, Language]]) -> None:
        """Synthesise fixed sentences ahead of the first call."""
        for text, language in sentences:
            async for _ in self.speak(text, language, keep=True):
                pass
        log.info("prompts_prepared", sentences=len(self._cache))

    async def speak(self, text: str, language: Language, *, keep: bool) -> AsyncIterator[Samples]:
        """8 kHz chunks in order, the first as soon as its sentence is ready. Raises InferenceError."""
        key = (text, language)
        if (ready := self._cache.get(key)) is not None:
            self._cache.move_to_end(key)
            yield ready
            return
        chunks = []
        async for chunk in self._models.speak(text, language=language):
            chunks.append(chunk)
            yield chunk
        if keep and chunks:
            self._keep(key, np.concatenate(chunks))

    def _keep(self, key: tuple[str, str], samples: Samples) -> None:
        self._cache[key] = samples
        while len(self._cache) > self._kept:
            self._cache.popitem(last=False)
