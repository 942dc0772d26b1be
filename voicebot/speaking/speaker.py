"""Says replies on one leg, and keeps account of what the caller really heard."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Final

import numpy as np

from models.address import InferenceError
from telephony.audio import SAMPLE_RATE_HZ, Samples
from telephony.playout import Playout
from voicebot.dialogue.types import Reply, Segment
from voicebot.speaking.heard_text import words_heard
from voicebot.speaking.voice import Voice

NOTHING: Final = np.zeros(0, np.int16)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where one segment of one reply ends in the playout."""

    reply: int
    segment: int


@dataclass(slots=True)
class Spoken:
    """A reply on its way to the caller's ear."""

    number: int
    reply: Reply
    starts: list[int] = field(default_factory=list)
    """Sample position in the playout at which each segment begins."""
    audio: list[list[Samples]] = field(default_factory=list)
    """What was synthesised of each segment so far."""
    complete: int = 0
    """Segments that are synthesised as a whole."""
    stopped: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the last sample was sent, or the reply was stopped."""

    @property
    def finished(self) -> bool:
        return self.over.is_set() and not self.stopped

    def heard(self, position: int) -> str:
        """The text up to a sample position."""
        text = ""
        for index, (start, audio) in enumerate(zip(self.starts, self.audio, strict=True)):
            if position > start:
                words = self.reply.segments[index].text
                text += words_heard(words, audio, position - start, complete=index < self.complete)
        return text


class Speaker:
    """One leg's mouth. One reply at a time; a new one or `stop` ends the one before."""

    def __init__(
        self,
        playout: Playout,
        voice: Voice,
        *,
        on_segment: Callable[[Spoken, Segment], None],
        on_finished: Callable[[Spoken], None],
    ) -> None:
        """on_segment: its first audio is about to be sent; on_finished: the last sample of the reply was sent."""
        self._playout = playout
        self._voice = voice
        self._on_segment = on_segment
        self._on_finished = on_finished
        self._current: Spoken | None = None
        self._count = 0
        playout.on_mark = self._reached

    @property
    def current(self) -> Spoken | None:
        return self._current

    @property
    def left_s(self) -> float:
        """How much of the reply is still to be played, seconds; infinite while some of it is being synthesised."""
        current = self._current
        if current is None or current.over.is_set():
            return 0.0
        if current.complete < len(current.reply.segments):
            return inf
        return self._playout.pending_samples / SAMPLE_RATE_HZ

    async def say(self, reply: Reply) -> Spoken:
        """Synthesise and queue a reply, sentence by sentence; returns when all is queued or it was stopped.

        Raises InferenceError when the model host cannot speak; what was queued before is still played.
        """
        self.stop()
        self._count += 1
        spoken = self._current = Spoken(self._count, reply)
        self._playout.go_on()
        try:
            for index, segment in enumerate(reply.segments):
                await self._queue(spoken, index, segment)
                if spoken.stopped:
                    break
        except InferenceError:
            spoken.over.set()
            raise
        return spoken

    def hush(self) -> None:
        """Falls silent at once, and may go on."""
        self._playout.hush()

    def go_on(self) -> None:
        """Says the rest."""
        self._playout.go_on()

    def stop(self) -> Spoken | None:
        """Be quiet at once and for good. Returns the reply that was cut, if one was."""
        cut = self._current
        self._current = None
        if cut is None or cut.over.is_set():
            return None
        cut.stopped = True
        cut.over.set()
        self._playout.clear()
        return cut

    def heard(self, spoken: Spoken) -> str:
        """What the caller has heard of a reply by now."""
        return spoken.heard(self._playout.sent_samples)

    async def _queue(self, spoken: Spoken, index: int, segment: Segment) -> None:
        audio: list[Samples] = []
        async for samples in self._voice.speak(segment.spoken, spoken.reply.language, keep=segment.cacheable):
            if spoken.stopped:
                return
            if not audio:
                self._begin(spoken, audio)
                if index == 0:
                    self._on_segment(spoken, segment)
            audio.append(samples)
            self._playout.write(samples)
        if not audio:
            self._begin(spoken, audio)
        spoken.complete = index + 1
        self._playout.write(NOTHING, mark=Mark(spoken.number, index))

    def _begin(self, spoken: Spoken, audio: list[Samples]) -> None:
        spoken.starts.append(self._playout.sent_samples + self._playout.pending_samples)
        spoken.audio.append(audio)

    def _reached(self, mark: object) -> None:
        spoken = self._current
        if spoken is None or not isinstance(mark, Mark) or mark.reply != spoken.number:
            return
        if mark.segment + 1 < len(spoken.reply.segments):
            self._on_segment(spoken, spoken.reply.segments[mark.segment + 1])
            return
        spoken.over.set()
        self._on_finished(spoken)
