"""Says replies on one leg, and keeps account of what the caller really heard."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from telephony.playout import Playout
from voicebot.dialogue.types import Reply, Segment
from voicebot.voice import Voice

NOTHING = np.zeros(0, np.int16)


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
    ends: list[int] = field(default_factory=list)
    """Sample position at which each segment ends, once it is synthesised as a whole."""
    stopped: bool = False
    finished: bool = False

    def heard(self, position: int) -> str:
        """The text up to a sample position; a segment cut short counts by the share that was played."""
        text = ""
        for index, start in enumerate(self.starts):
            segment = self.reply.segments[index]
            end = self.ends[index] if index < len(self.ends) else None
            if end is not None and position >= end:
                text += segment.text
            elif position > start:
                length = (end if end is not None else position) - start
                text += segment.text[: round(len(segment.text) * (position - start) / max(1, length))]
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

    async def say(self, reply: Reply) -> Spoken:
        """Synthesise and queue a reply, sentence by sentence; returns when all is queued or it was stopped.

        Raises InferenceError when the model host cannot speak; what was queued before is still played.
        """
        self.stop()
        self._count += 1
        spoken = self._current = Spoken(self._count, reply)
        for index, segment in enumerate(reply.segments):
            await self._queue(spoken, index, segment)
            if spoken.stopped:
                break
        return spoken

    def stop(self) -> Spoken | None:
        """Be quiet at once. Returns the reply that was cut, if one was."""
        cut = self._current
        self._current = None
        if cut is None or cut.finished:
            return None
        cut.stopped = True
        self._playout.clear()
        return cut

    def heard(self, spoken: Spoken) -> str:
        """What the caller has heard of a reply by now."""
        return spoken.heard(self._playout.sent_samples)

    async def _queue(self, spoken: Spoken, index: int, segment: Segment) -> None:
        first = True
        async for samples in self._voice.speak(segment.spoken, spoken.reply.language, keep=segment.cacheable):
            if spoken.stopped:
                return
            if first:
                first = False
                spoken.starts.append(self._end_of_queue())
                if index == 0:
                    self._on_segment(spoken, segment)
            self._playout.write(samples)
        if first:
            spoken.starts.append(self._end_of_queue())
        spoken.ends.append(self._end_of_queue())
        self._playout.write(NOTHING, mark=Mark(spoken.number, index))

    def _end_of_queue(self) -> int:
        return self._playout.sent_samples + self._playout.pending_samples

    def _reached(self, mark: object) -> None:
        spoken = self._current
        if spoken is None or not isinstance(mark, Mark) or mark.reply != spoken.number:
            return
        if mark.segment + 1 < len(spoken.reply.segments):
            self._on_segment(spoken, spoken.reply.segments[mark.segment + 1])
            return
        spoken.finished = True
        self._on_finished(spoken)
