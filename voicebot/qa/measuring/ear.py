"""Hears one channel of a recording: where somebody speaks, how loud, and where music or a tone sounds instead.

Each window of 32 ms is put to two judges. Silero's model hears speech in noise, but misses whole sentences of unusual
voices (a third of the windows of one caller of ours); webrtcvad misses none of them and takes noise for speech. So
either is believed: Silero anywhere, webrtcvad where the window stands out from the line's background. Seconds that
keep their pitches are music or ringing, whatever the judges say.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import webrtcvad
from numpy.typing import NDArray

from models.silero import SileroVad
from models.vad import Edges, VadConfig
from voicebot.qa.material import Span
from voicebot.qa.measuring.spans import joined, shared, total_ms

RATE_HZ: Final = 8_000
_WINDOW: Final = 256
_WINDOW_S: Final = _WINDOW / RATE_HZ
_FULL_SCALE: Final = 32768.0
_TOP: Final = 32_000
"""From here on a sample is clipped: the last step of G.711 is 32,124 in one of its laws and 32,256 in the other."""
_BRIDGED_MS: Final = 200
"""A pause within a word or between two of them: people hear it as speech."""
_JUDGES_LENGTH: Final = 240
"""webrtcvad looks at 30 ms."""
_STANDS_OUT_DB: Final = 12.0
_ABOVE_FLOOR_DB: Final = 3.0
"""Voices in the background are speech, too; what is not louder than they are is theirs."""
_AUDIBLE_DBFS: Final = -60.0
_CLEARLY_AUDIBLE_DBFS: Final = -45.0
_BACKGROUND_DB: Final = 25.0
"""What is so much softer than a side's usual speech is the other side's echo, or somebody else in the room."""
_STEADY: Final = 0.88
"""Likeness of spectra an eighth of a second apart. Music on hold and ringing: 0.94 and more in the median of a second;
two people and three synthetic voices: 0.84 and less."""
_STEADY_LAG: Final = 4
_MUSIC_WINDOWS: Final = 32
"""About a second."""
_MUSIC_DBFS: Final = -42.0
"""Music on hold lies near -28, the noise of a quiet room under -50."""
_EDGES: Final = VadConfig(on=0.5, off=0.5, min_speech_s=0.09, min_pause_s=0.12, onset_s=0.0)
"""Clicks and the smacking of lips last up to 0.06 s."""

Windows = NDArray[np.int16]
"""[windows, samples]"""


@dataclass(frozen=True, slots=True)
class HeardSide:
    """One channel."""

    speech: tuple[Span, ...] = ()
    """Sorted and apart; pauses of less than 0.2 s are part of it."""
    music: tuple[Span, ...] = ()
    """Music on hold, ringing; in whole seconds."""
    level_dbfs: float | None = None
    """Mean power of the speech; None without any."""
    clipped: float = 0.0
    """Share of its samples that are clipped."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Sound between two edges."""

    span: Span
    power: float
    """Mean, 1 is full scale."""
    clipped: float


class Ear:
    """One channel, piece by piece. What it keeps grows only with the number of stretches heard."""

    def __init__(self, judge: SileroVad) -> None:
        self._stream = judge.stream(RATE_HZ)
        self._second_judge = webrtcvad.Vad(2)
        self._edges = Edges(_EDGES)
        self._probabilities: list[float] = []  # of the windows in _waiting, as far as they are known
        self._waiting = np.zeros(0, np.int16)
        self._windows = 0
        self._floors: deque[float] = deque(maxlen=3)
        self._music = _Music()
        self._started_s: float | None = None
        self._going_on = np.zeros(3)  # sums over the stretch's windows: their number, power, clipped
        self._stretches: list[_Stretch] = []

    def hear(self, samples: NDArray[np.int16]) -> None:
        """The next samples, at 8 kHz; best some seconds, as the background is told from each piece."""
        self._probabilities += self._stream.push(samples)
        self._waiting = np.concatenate([self._waiting, samples])
        count = min(len(self._probabilities), self._waiting.size // _WINDOW)
        if count == 0:
            return
        windows = self._waiting[: count * _WINDOW].reshape(count, _WINDOW)
        silero = np.array(self._probabilities[:count])
        self._waiting = self._waiting[count * _WINDOW :]
        self._probabilities = self._probabilities[count:]
        self._judge(windows, silero)

    def heard(self) -> HeardSide:
        """What was heard in all."""
        if self._started_s is not None:
            self._end_stretch(self._windows * _WINDOW_S)
        music = self._music.spans
        voices = [each for each in self._stretches if 2 * total_ms(shared([each.span], music)) < each.span.length_ms]
        usual = _usual_power(voices)
        near = [each for each in voices if each.power > usual * 10 ** (-_BACKGROUND_DB / 10)]
        power = _mean(near, [each.power for each in near])
        return HeardSide(
            speech=tuple(joined((each.span for each in near), gap_ms=_BRIDGED_MS)),
            music=tuple(music),
            level_dbfs=round(_decibels(power), 1) if near else None,
            clipped=_mean(near, [each.clipped for each in near]),
        )

    def _judge(self, windows: Windows, silero: NDArray[np.float64]) -> None:
        floats = windows.astype(np.float64) / _FULL_SCALE
        powers = np.mean(floats**2, axis=1)
        levels = 10 * np.log10(powers + 1e-12)
        clipped = np.mean(np.abs(windows.astype(np.int32)) >= _TOP, axis=1)
        self._music.hear(floats, levels)
        floor = self._floor_dbfs(levels)
        loud = levels >= max(floor + _STANDS_OUT_DB, _CLEARLY_AUDIBLE_DBFS)
        spoken = (silero >= _EDGES.on) & (levels >= max(floor + _ABOVE_FLOOR_DB, _AUDIBLE_DBFS))
        for index in np.flatnonzero(loud & ~spoken):
            spoken[index] = self._second_judge.is_speech(windows[index, :_JUDGES_LENGTH].tobytes(), RATE_HZ)
        for values in zip(spoken, powers, clipped, strict=True):
            self._add(*(float(value) for value in values))

    def _add(self, spoken: float, power: float, clipped: float) -> None:
        start_s = self._windows * _WINDOW_S
        self._windows += 1
        event = self._edges.push(start_s, start_s + _WINDOW_S, spoken)
        if event and event.kind == "speech_paused":
            self._end_stretch(event.at_s)
        elif spoken and self._started_s is None:
            self._started_s = start_s
        elif not spoken and not self._edges.speaking:
            self._started_s = None
            self._going_on[:] = 0
        if spoken:
            self._going_on += (1, power, clipped)

    def _end_stretch(self, at_s: float) -> None:
        assert self._started_s is not None, "a stretch ends that has not begun"
        windows, *sums = (float(each) for each in self._going_on)
        span = Span(round(self._started_s * 1000), round(at_s * 1000))
        self._stretches.append(_Stretch(span, *(each / windows for each in sums)))
        self._started_s = None
        self._going_on[:] = 0

    def _floor_dbfs(self, levels: NDArray[np.float64]) -> float:
        """The background's level: whoever speaks pauses a tenth of the time within half a minute."""
        self._floors.append(float(np.percentile(levels, 10)))
        return min(self._floors)


class _Music:
    """Finds the seconds that are loud and keep their pitches."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self._spectra = np.zeros((_STEADY_LAG, _WINDOW // 2 + 1))
        self._likeness: list[float] = []  # of the second that is going on; -1 of what is not loud
        self._seconds = 0

    def hear(self, floats: NDArray[np.float64], levels: NDArray[np.float64]) -> None:
        """floats: [windows, samples]; levels: of each window in dBFS."""
        spectra = np.abs(np.fft.rfft(floats * np.hanning(_WINDOW), axis=1))
        spectra /= np.linalg.norm(spectra, axis=1, keepdims=True) + 1e-9
        series = np.concatenate([self._spectra, spectra])
        self._spectra = series[-_STEADY_LAG:]
        likeness = np.einsum("ws,ws->w", series[_STEADY_LAG:], series[:-_STEADY_LAG])
        for value in np.where(levels >= _MUSIC_DBFS, likeness, -1.0):
            self._likeness.append(float(value))
            if len(self._likeness) == _MUSIC_WINDOWS:
                self._close_second()

    def _close_second(self) -> None:
        if np.median(self._likeness) >= _STEADY:
            start, end = (round((self._seconds + step) * _MUSIC_WINDOWS * _WINDOW_S * 1000) for step in (0, 1))
            self.spans[-1:] = joined([*self.spans[-1:], Span(start, end)])
        self._likeness.clear()
        self._seconds += 1


def _usual_power(stretches: Sequence[_Stretch]) -> float:
    """Median of the stretches' power, the longer ones counting more."""
    ordered = sorted(stretches, key=lambda each: each.power)
    left_ms = sum(each.span.length_ms for each in ordered) / 2
    for stretch in ordered:
        left_ms -= stretch.span.length_ms
        if left_ms <= 0:
            return stretch.power
    return 0.0


def _mean(stretches: Sequence[_Stretch], values: Sequence[float]) -> float:
    """Weighed by time; 0 without any."""
    weights = [each.span.length_ms for each in stretches]
    return sum(w * v for w, v in zip(weights, values, strict=True)) / max(1, sum(weights))


def _decibels(power: float) -> float:
    return 10 * math.log10(power + 1e-12)
