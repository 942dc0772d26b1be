"""The assistant's voice: sentences become audio in the model host; fixed ones are kept and never synthesised twice."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field

import numpy as np
import structlog
from numpy.typing import NDArray

from models.address import InferenceError
from models.asr import Priority
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


@dataclass(frozen=True, slots=True)
class _Making:
    """A text that is being synthesised on suspicion."""

    name: str
    """Of the request, for the model host."""
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Voice:
    """Speaks for all calls of a process. Kept audio also serves when the model host is away."""

    def __init__(self, models: SpeechModels, *, kept: int = 500, early: int = 100) -> None:
        """kept: fixed sentences in memory; early: sentences synthesised on suspicion, most of them never spoken."""
        self._models = models
        self._fixed = _Memory(kept)
        self._early = _Memory(early)
        self._in_the_making: dict[Key, _Making] = {}

    async def prepare(self, sentences: Iterable[tuple[str, Language]]) -> None:
        """Synthesise fixed sentences ahead of the first call."""
        for text, language in sentences:
            await self.prepare_segment(Segment(text, text, cacheable=True), language)
        log.info("prompts_prepared", sentences=len(self._fixed))

    async def prepare_segment(self, segment: Segment, language: Language) -> None:
        """Synthesise what may have to be said soon. Raises InferenceError."""
        key = (segment.spoken, language)
        if self._ready(key) is not None or key in self._in_the_making:
            return
        making = self._in_the_making[key] = _Making(secrets.token_hex(8))
        speaking = self._models.speak(
            segment.spoken,
            language=language,
            priority=Priority.SPECULATIVE,
            key=making.name,
            fixed=segment.cacheable,
        )
        try:
            async with aclosing(speaking):
                chunks = [chunk async for chunk in speaking]
            if chunks:
                (self._fixed if segment.cacheable else self._early).keep(key, np.concatenate(chunks))
        finally:
            del self._in_the_making[key]
            making.over.set()

    async def speak(self, text: str, language: Language, *, keep: bool) -> AsyncIterator[Samples]:
        """8 kHz chunks in order, the first as soon as its sentence is ready. Raises InferenceError."""
        key = (text, language)
        if (making := self._in_the_making.get(key)) is not None:
            with suppress(InferenceError):  # then the making fails too, and is tried again below
                await self._models.promote_speech(making.name)
            await making.over.wait()
        if (ready := self._ready(key)) is not None:
            yield ready
            return
        chunks = []
        async with aclosing(self._models.speak(text, language=language, fixed=keep)) as spoken:
            async for chunk in spoken:
                chunks.append(chunk)
                yield chunk
        if keep and chunks:
            self._fixed.keep(key, np.concatenate(chunks))

    def _ready(self, key: Key) -> Samples | None:
        fixed = self._fixed.find(key)
        return fixed if fixed is not None else self._early.find(key)
