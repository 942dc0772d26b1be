"""The assistant's voice: sentences become audio in the model host; fixed ones are kept and never synthesised twice."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing

import numpy as np
import structlog
from numpy.typing import NDArray

from models.speech_client import SpeechModels
from voicebot.dialogue.types import Language, Segment

log = structlog.get_logger(__name__)

Samples = NDArray[np.int16]
Key = tuple[str, str]


class _Memory:
    """The audio of the sentences used last."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._audio: OrderedDict[Key, Samples] = OrderedDict()

    def __len__(self) -> int:
        return len(self._audio)

    def find(self, key: Key) -> Samples | None:
        if (ready := self._audio.get(key)) is not None:
            self._audio.move_to_end(key)
        return ready

    def keep(self, key: Key, samples: Samples) -> None:
        self._audio[key] = samples
        while len(self._audio) > self._capacity:
            self._audio.popitem(last=False)


class Voice:
    """Speaks for all calls of a process. Kept audio also serves when the model host is away."""

    def __init__(self, models: SpeechModels, *, kept: int = 500, early: int = 100) -> None:
        """kept: fixed sentences in memory; early: sentences synthesised on suspicion, most of them never spoken."""
        self._models = models
        self._fixed = _Memory(kept)
        self._early = _Memory(early)
        self._in_the_making: dict[Key, asyncio.Future[None]] = {}

    async def prepare(self, sentences: Iterable[tuple[str, Language]]) -> None:
        """Synthesise fixed sentences ahead of the first call."""
        for text, language in sentences:
            async for _ in self.speak(text, language, keep=True):
                pass
        log.info("prompts_prepared", sentences=len(self._fixed))

    async def prepare_segment(self, segment: Segment, language: Language) -> None:
        """Synthesise what may have to be said soon. Raises InferenceError."""
        key = (segment.spoken, language)
        if self._ready(key) is not None or key in self._in_the_making:
            return
        done = self._in_the_making[key] = asyncio.get_running_loop().create_future()
        try:
            chunks = [chunk async for chunk in self._models.speak(segment.spoken, language=language)]
            if chunks:
                (self._fixed if segment.cacheable else self._early).keep(key, np.concatenate(chunks))
        finally:
            del self._in_the_making[key]
            done.set_result(None)

    async def speak(self, text: str, language: Language, *, keep: bool) -> AsyncIterator[Samples]:
        """8 kHz chunks in order, the first as soon as its sentence is ready. Raises InferenceError."""
        key = (text, language)
        if (making := self._in_the_making.get(key)) is not None:
            await asyncio.shield(making)
        if (ready := self._ready(key)) is not None:
            yield ready
            return
        chunks = []
        async with aclosing(self._models.speak(text, language=language)) as spoken:
            async for chunk in spoken:
                chunks.append(chunk)
                yield chunk
        if keep and chunks:
            self._fixed.keep(key, np.concatenate(chunks))

    def _ready(self, key: Key) -> Samples | None:
        fixed = self._fixed.find(key)
        return fixed if fixed is not None else self._early.find(key)
