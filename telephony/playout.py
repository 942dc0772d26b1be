"""What one leg will say: audio queued in any lengths, pulled by the clock one frame at a time."""

from collections import deque
from collections.abc import Callable, Hashable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from telephony.audio import FRAME_SAMPLES, SILENCE, Frame, Samples

Ramp = NDArray[np.float32]

_FADE_SAMPLES: Final = FRAME_SAMPLES // 4
"""5 ms: no click, and next to no time."""
_RISING: Final[Ramp] = np.minimum(np.arange(FRAME_SAMPLES, dtype=np.float32) / _FADE_SAMPLES, 1)
_FALLING: Final[Ramp] = np.maximum(1 - np.arange(FRAME_SAMPLES, dtype=np.float32) / _FADE_SAMPLES, 0)


class _Chunk(NamedTuple):
    samples: Samples
    mark: Hashable | None


class Playout:
    """Queue of audio to send. When it is empty or paused, the leg sends silence.

    A mark fires at the tick after the one that sent the last sample of its audio, so whoever hangs up on it cuts
    nothing off. Marks fire in the order of writing; those of cleared audio never fire.
    """

    def __init__(self) -> None:
        self.on_mark: Callable[[Hashable], None] | None = None
        self.mix: Callable[[Frame], Frame] | None = None
        """Given the queue's frame (SILENCE when there is none), returns what is sent in its place: live voices come in
        here, past the queue and without its delay."""
        self.pending_samples = 0
        self.sent_samples = 0
        self._chunks: deque[_Chunk] = deque()
        self._offset = 0  # samples of the first chunk already sent
        self._reached: list[Hashable] = []  # marks whose audio went out in the last frame
        self._paused = False
        self._hushed = False
        self._ramp: Ramp | None = None  # of the next frame

    def write(self, samples: Samples, *, mark: Hashable | None = None) -> None:
        """Appends audio of any length (none is allowed: a mark alone)."""
        self._chunks.append(_Chunk(samples, mark))
        self.pending_samples += samples.size

    def clear(self) -> None:
        """Drops what is not yet sent, and ends a hush."""
        self._chunks.clear()
        self._hushed, self._ramp = False, None
        self._offset = 0
        self.pending_samples = 0

    def pause(self) -> None:
        """Sends silence until `resume`, keeping the queue."""
        self._paused = True

    def resume(self) -> None:
        self._paused = False

    def hush(self) -> None:
        """Falls silent within the next frame, without a click, until `go_on`; the queue is kept."""
        if not self._hushed:
            self._hushed, self._ramp = True, _FALLING

    def go_on(self) -> None:
        """Speaks again from where `hush` cut in."""
        if self._hushed:
            self._hushed, self._ramp = False, _RISING

    def next_frame(self) -> Frame:
        """The frame to send now; a last partial frame is filled up with silence."""
        if self._reached:
            self._fire_reached()
        queued = self._next_queued()
        return queued if self.mix is None else self.mix(queued)

    def _next_queued(self) -> Frame:
        if self._paused or not self._chunks:
            self._ramp = None
            return SILENCE
        if self._ramp is not None:
            ramp, self._ramp = self._ramp, None
            return (self._take() * ramp).astype(np.int16)
        return SILENCE if self._hushed else self._take()

    def _take(self) -> Frame:
        start = self._offset
        end = start + FRAME_SAMPLES
        first = self._chunks[0].samples
        if end < first.size:  # by far the most frequent case: inside one chunk
            self._offset = end
            self.pending_samples -= FRAME_SAMPLES
            self.sent_samples += FRAME_SAMPLES
            return first[start:end]
        return self._gather()

    def _gather(self) -> Frame:
        """A frame that runs to the end of a chunk or over it."""
        frame = np.zeros(FRAME_SAMPLES, np.int16)
        filled = 0
        while self._chunks:
            samples, mark = self._chunks[0]
            taken = min(FRAME_SAMPLES - filled, samples.size - self._offset)
            frame[filled : filled + taken] = samples[self._offset : self._offset + taken]
            filled += taken
            self._offset += taken
            if self._offset < samples.size:
                break
            self._chunks.popleft()
            self._offset = 0
            if mark is not None:
                self._reached.append(mark)
        self.pending_samples -= filled
        self.sent_samples += filled
        return frame

    def _fire_reached(self) -> None:
        reached, self._reached = self._reached, []
        if self.on_mark is not None:
            for mark in reached:
                self.on_mark(mark)
