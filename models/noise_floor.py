"""How loud the background of a line is, and whether a sound stands out from it.

Voices in the background are speech to any detector of speech; what tells the caller from them is that the caller is
louder. The floor is the least smoothed level of the last seconds (minimum statistics, Martin 2001, without its bias
correction): whoever speaks pauses now and then, the background does not.
"""

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

SILENCE_DB: Final = -90.0
FULL_SCALE: Final = 32768.0
LOWEST_HZ: Final = 300.0
"""Mains hum and rumble lie below, and mask no voice on a telephone."""


@dataclass(frozen=True, slots=True)
class FloorConfig:
    """Chosen with `voicebot bench vad` and `voicebot bench turns`."""

    window_s: float = 0.12
    """Audio over which the level of now is taken: not one glottal pulse, not a word."""
    sudden_frames: int = 3
    """The same for a sound that has just begun, in frames."""
    smoothing_s: float = 0.16
    """Time constant of the level whose least is the floor: the gaps between background words count little."""
    memory_s: float = 6.0
    """How long a quiet moment counts."""
    margin_db: float = 4.0
    """A sound less than this above the floor is background."""
    clear_db: float = 9.0
    """A sound less than this above the floor is faint: it may be background that is louder for a moment."""


class NoiseFloor:
    """One line's background."""

    def __init__(self, config: FloorConfig, rate_hz: int) -> None:
        self._config = config
        self._rate_hz = rate_hz
        self._heard_s = 0.0
        self._powers: deque[float] = deque()
        self._smooth: float | None = None
        self._quietest: deque[tuple[float, float]] = deque()  # (when, level), levels rising: the first is the floor

    @property
    def floor_db(self) -> float:
        """Of full scale; the least there is while nothing was heard."""
        return self._quietest[0][1] if self._quietest else SILENCE_DB

    def prominence_db(self, frame: NDArray[np.int16]) -> float:
        """How far the sound of now is above its background. frame: the next samples, of the same length each time."""
        seconds = frame.size / self._rate_hz
        power = self._power(frame)
        self._remember(power, seconds)
        self._powers.append(power)
        if len(self._powers) * seconds > self._config.window_s:
            self._powers.popleft()
        return _decibels(sum(self._powers) / len(self._powers)) - self.floor_db

    @property
    def sudden_db(self) -> float:
        """How far the last moment is above the background."""
        last = list(self._powers)[-self._config.sudden_frames :]
        return _decibels(sum(last) / max(1, len(last))) - self.floor_db

    def _remember(self, power: float, seconds: float) -> None:
        share = 1 - math.exp(-seconds / self._config.smoothing_s)
        self._smooth = power if self._smooth is None else self._smooth + share * (power - self._smooth)
        level_db = _decibels(self._smooth)
        self._heard_s += seconds
        while self._quietest and self._quietest[0][0] < self._heard_s - self._config.memory_s:
            self._quietest.popleft()
        while self._quietest and self._quietest[-1][1] >= level_db:
            self._quietest.pop()
        self._quietest.append((self._heard_s, level_db))

    def _power(self, frame: NDArray[np.int16]) -> float:
        spectrum = np.fft.rfft(frame)[math.ceil(LOWEST_HZ * frame.size / self._rate_hz) :]
        return 2 * float(np.vdot(spectrum, spectrum).real) / max(frame.size, 1) ** 2


def _decibels(power: float) -> float:
    """Of full scale."""
    return max(SILENCE_DB, 10 * math.log10(power / FULL_SCALE**2 + 1e-12))
