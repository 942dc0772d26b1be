"""What one party of a bridged call hears: live voices, under its own announcements, mixed without clicks."""

from collections.abc import Sequence
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from telephony.audio import FRAME_S, FRAME_SAMPLES, SILENCE, Frame

_Faded: TypeAlias = NDArray[np.float32]

_RISE: Final[_Faded] = np.linspace(0, 1, FRAME_SAMPLES, dtype=np.float32)
_DUCKED: Final = 0.25
"""Gain of everything else while an announcement is playing: 12 dB down, so that both are understood."""
_DUCKING_FRAMES: Final = 2
_RISING_FRAMES: Final = 15
_PATIENCE_FRAMES: Final = round(0.4 / FRAME_S)
"""An announcement's pause between two sentences does not bring the others back up."""


class Source(Protocol):
    """Something that sounds: a party, or music."""

    def next_frame(self) -> Frame:
        """20 ms of it. Called at most once for each frame of whoever hears it."""


class Ear:
    """Put over a leg's playout (`Playout.mix`), adds to what is written there what the party is to hear live.

    Who is let in fades in over one frame. Who is shut out fades out over one frame of what was heard last, mirrored:
    no click, and not one sample from after the switch. A single voice at full level passes as it is, bit by bit.
    """

    def __init__(self) -> None:
        self._wanted: tuple[Source, ...] = ()
        self._last: dict[Source, Frame] = {}  # heard in the frame before
        self._level = 1.0  # of the voices; below 1 under an announcement
        self._quiet_frames = _PATIENCE_FRAMES

    def hear(self, *sources: Source) -> None:
        """From the next frame on these are heard, and no others."""
        self._wanted = sources

    def over(self, announced: Frame) -> Frame:
        """The frame to send: the voices under what is announced (SILENCE for nothing)."""
        before, after = self._duck(speaking=announced is not SILENCE)
        if not self._wanted and not self._last:
            return announced
        parts: list[Frame | _Faded] = [announced]
        heard: dict[Source, Frame] = {}
        for source in self._wanted:
            heard[source] = frame = source.next_frame()
            parts.append(_faded(frame, before if source in self._last else 0.0, after))
        for source, frame in self._last.items():
            if source not in heard:
                parts.append(_faded(frame, before, 0.0, mirrored=True))
        self._last = heard
        return _sum(parts)

    def _duck(self, *, speaking: bool) -> tuple[float, float]:
        """The voices' level at the beginning and at the end of this frame."""
        before = self._level
        self._quiet_frames = 0 if speaking else self._quiet_frames + 1
        if self._quiet_frames < _PATIENCE_FRAMES:
            self._level = max(_DUCKED, before - (1 - _DUCKED) / _DUCKING_FRAMES)
        else:
            self._level = min(1.0, before + (1 - _DUCKED) / _RISING_FRAMES)
        return before, self._level


def _faded(frame: Frame, start: float, end: float, *, mirrored: bool = False) -> Frame | _Faded:
    """The frame with its gain moving from start to end; the frame itself where there is nothing to do."""
    if frame is SILENCE or start == end == 1.0:
        return frame
    sounding = frame[::-1] if mirrored else frame
    return sounding * (np.float32(start) if start == end else start + (end - start) * _RISE)


def _sum(parts: Sequence[Frame | _Faded]) -> Frame:
    """Clipped at full scale. One whole frame alone is passed on untouched."""
    sounding = [part for part in parts if part is not SILENCE]
    if not sounding:
        return SILENCE
    if len(sounding) == 1 and sounding[0].dtype == np.int16:
        return sounding[0].astype(np.int16, copy=False)  # the very same frame
    total = np.zeros(FRAME_SAMPLES, np.float32)
    for part in sounding:
        total += part
    np.rint(total, out=total)
    np.maximum(total, -32768, out=total)  # this way, half the time of np.clip
    np.minimum(total, 32767, out=total)
    return total.astype(np.int16)
