"""Music for waiting callers, made here and so free of anybody's rights: a slow harp and flute, in a pentatonic scale.

Written for a telephone: nothing below 290 Hz that its band would cut off, nothing sharp, no louder than speech.
"""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from telephony.audio import FULL_SCALE, SAMPLE_RATE_HZ, Samples, to_int16

Sound = NDArray[np.float64]

_LEVEL_DBFS: Final = -28.0
"""RMS: a little below a voice, which lies about -24."""
_STEP_S: Final = 0.4
"""An eighth. Even an exact number of 20 ms frames, as a loop must be."""
_LOWEST_HZ: Final = 293.66
"""D4, the scale's first degree."""
_HIGHEST_HZ: Final = 3400.0
_DEGREES: Final = (0, 2, 4, 7, 9)
"""Semitones of the scale's five notes: gong, shang, jue, zhi, yu."""
_BARS: Final = (
    # the harp's eight notes, the flute's two; as degrees from the lowest D up, None is a rest
    ((0, 3, 5, 7, 8, 7, 5, 3), (10, None)),
    ((0, 4, 5, 7, 9, 7, 5, 4), (9, 8)),
    ((1, 3, 6, 8, 9, 8, 6, 3), (8, None)),
    ((0, 3, 5, 8, 7, 5, 3, 2), (7, 8)),
    ((4, 5, 7, 9, 10, 9, 7, 5), (9, None)),
    ((2, 4, 7, 9, 8, 7, 4, 2), (11, 10)),
    ((1, 3, 6, 8, 6, 8, 6, 3), (9, 8)),
    ((0, 3, 5, 7, 5, 3, 5, 3), (7, None)),
    ((0, 3, 5, 7, 8, 7, 5, 3), (10, 11)),
    ((4, 5, 7, 9, 7, 9, 7, 5), (12, None)),
    ((1, 3, 6, 8, 9, 8, 6, 3), (11, 10)),
    ((0, 3, 5, 7, 5, 3, 2, 0), (10, None)),
)
_STEPS_A_BAR: Final = 8


@cache
def hold_music() -> Samples:
    """38 s that join up with themselves. Takes some 50 ms the first time: ask for it before there are calls."""
    step = round(_STEP_S * SAMPLE_RATE_HZ)
    music = np.zeros(len(_BARS) * _STEPS_A_BAR * step)
    for number, (harp, flute) in enumerate(_BARS):
        bar = number * _STEPS_A_BAR
        for place, degree in enumerate(harp):
            _add(music, _plucked(_hz(degree)), (bar + place) * step)
        for half, note in enumerate(flute):
            if note is not None:
                _add(music, _blown(_hz(note)), (bar + half * _STEPS_A_BAR // 2) * step)
    gain = FULL_SCALE * 10 ** (_LEVEL_DBFS / 20) / np.sqrt(np.mean(music**2))
    samples = to_int16(music * gain)
    samples.flags.writeable = False
    return samples


def _hz(degree: int) -> float:
    octave, place = divmod(degree, len(_DEGREES))
    return float(_LOWEST_HZ * 2 ** (octave + _DEGREES[place] / 12))


def _add(music: Sound, note: Sound, start: int) -> None:
    """A note that sounds beyond the end goes on at the beginning: that is what makes the loop seamless."""
    before_end = note[: music.size - start]
    music[start : start + before_end.size] += before_end
    music[: note.size - before_end.size] += note[before_end.size :]


@cache
def _plucked(hz: float) -> Sound:
    """A harp's string: overtones that die away the sooner the higher they are."""
    times = _times(2.4)
    sound = sum(
        np.sin(2 * np.pi * overtone * hz * times) * np.exp(-times * (1.6 + 1.4 * overtone)) / overtone**1.8
        for overtone in (1, 2, 3, 4)
        if overtone * hz < _HIGHEST_HZ
    )
    return np.asarray(sound * _edges(times, attack_s=0.006, release_s=0.2))


@cache
def _blown(hz: float) -> Sound:
    """A flute: nearly a sine, which comes slowly and trembles a little."""
    times = _times(2.8)
    phase = 2 * np.pi * hz * times + 0.6 * np.sin(2 * np.pi * 4.6 * times) * np.minimum(times, 1)
    sound = np.sin(phase) + 0.12 * np.sin(2 * phase)
    return np.asarray(0.32 * sound * _edges(times, attack_s=0.35, release_s=1.4))


def _edges(times: Sound, *, attack_s: float, release_s: float) -> Sound:
    rising = np.clip(times / attack_s, 0, 1)
    falling = np.clip((times[-1] - times) / release_s, 0, 1)
    return np.asarray(np.sin(np.pi / 2 * rising) ** 2 * np.sin(np.pi / 2 * falling) ** 2)


def _times(seconds: float) -> Sound:
    return np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
