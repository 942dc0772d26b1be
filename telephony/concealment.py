"""Concealment of lost packets: the last pitch periods go on, fading, until the next packet joins in.

The idea is that of G.711 Appendix I (waveform substitution), without its 3.75 ms of delay.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from telephony.audio import FRAME_SAMPLES, SILENCE, Frame, to_int16

_SHORTEST_PITCH: Final = 40  # samples: 200 Hz
_LONGEST_PITCH: Final = 120  # samples: 66 Hz
_COMPARED: Final = 160  # samples of speech matched in the search for the pitch
_HISTORY_FRAMES: Final = 3
_SEAM: Final = 32  # samples of cross-fade where the substitute meets itself and the next real frame: 4 ms
_FADE_BEGINS: Final = 80  # samples at full level: 10 ms
_FADE_ENDS: Final = 480  # samples after which there is silence: 60 ms

_Floats = NDArray[np.float64]


class Concealer:
    """Stands between the jitter buffer and the listener: every frame, received or lost, passes through."""

    def __init__(self) -> None:
        self._history: list[Frame] = [SILENCE] * _HISTORY_FRAMES
        self._cycle: _Floats | None = None  # the pitch period being repeated while frames are lost
        self._made = 0  # samples of substitute made since the last real frame

    def received(self, frame: Frame) -> Frame:
        """A real frame; after a loss its beginning is cross-faded with the substitute."""
        if self._cycle is not None:
            frame = self._join(frame)
        history = self._history
        history[0], history[1], history[2] = history[1], history[2], frame
        return frame

    def lost(self) -> Frame:
        """The substitute for one frame."""
        if self._made >= _FADE_ENDS or (self._cycle is None and not self._history[-1].any()):
            return SILENCE
        if self._cycle is None:
            self._cycle = _last_cycle(np.concatenate(self._history).astype(np.float64))
        substitute = to_int16(self._continue(FRAME_SAMPLES))
        self._made += FRAME_SAMPLES
        return substitute

    def _continue(self, size: int) -> _Floats:
        """The next `size` samples of the repeated period, faded as far as the loss lasts."""
        assert self._cycle is not None
        places = np.arange(self._made, self._made + size)
        gain = np.clip((_FADE_ENDS - places) / (_FADE_ENDS - _FADE_BEGINS), 0.0, 1.0)
        continued: _Floats = self._cycle[places % self._cycle.size] * gain
        return continued

    def _join(self, frame: Frame) -> Frame:
        fade_in = np.arange(1, _SEAM + 1) / (_SEAM + 1)
        joined = frame.astype(np.float64)
        joined[:_SEAM] = joined[:_SEAM] * fade_in + self._continue(_SEAM) * (1 - fade_in)
        self._cycle, self._made = None, 0
        return to_int16(joined)


def _last_cycle(history: _Floats) -> _Floats:
    """The last pitch period of the history, its end bent so that it meets its own beginning."""
    pitch = _pitch(history)
    cycle = history[-pitch:].copy()
    seam = min(_SEAM, pitch // 4)
    fade_out = np.arange(seam, 0, -1) / (seam + 1)
    # What led up to the period also leads up to its repetition.
    cycle[-seam:] = cycle[-seam:] * fade_out + history[-pitch - seam : -pitch] * (1 - fade_out)
    return cycle


def _pitch(history: _Floats) -> int:
    """The lag at which the newest samples resemble the older ones most (normalised cross-correlation)."""
    newest = history[-_COMPARED:]
    older = history[-_COMPARED - _LONGEST_PITCH : -_SHORTEST_PITCH]
    products = np.correlate(older, newest, mode="valid")  # [lags], the longest lag first
    energies = np.cumsum(np.concatenate(([0.0], older**2)))
    norms = np.sqrt(energies[_COMPARED:] - energies[:-_COMPARED]) + 1.0
    return _LONGEST_PITCH - int(np.argmax(products / norms))
