"""Sounds that are no speech, made from noise and tones: what callers and the rooms around them do.

There are no free recordings of coughs on telephone lines; these have a cough's envelope (a burst, a breathy middle, a
voiced end) and its bands, and say no more than that.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from scipy.signal import butter, sosfilt

from models.training.channel import TELEPHONE_HZ, Audio

Numbers = np.random.Generator


def make(name: str, rng: Numbers) -> Audio:
    """The sound of that name at 8 kHz, its peak at 1. Raises KeyError for a name that is none of SOUNDS."""
    sound = SOUNDS[name](rng)
    return np.asarray(sound / max(float(np.max(np.abs(sound))), 1e-6), dtype=np.float32)


def _cough(rng: Numbers) -> Audio:
    """Air set free at once, then streaming, then, in half of them, the vocal folds closing."""
    burst = _noise(rng, 0.04, 350, 3000) * _decay(0.04, 0.025)
    middle = _noise(rng, rng.uniform(0.12, 0.22), 300, 2200)
    middle *= 0.45 * np.linspace(1, 0.3, middle.size)
    parts = [burst, middle]
    if rng.random() < 0.5:
        voiced = _pulses(rng, rng.uniform(0.06, 0.12), rng.uniform(110, 220))
        parts.append(0.5 * voiced * np.linspace(1, 0, voiced.size))
    return np.concatenate(parts).astype(np.float32)


def _throat(rng: Numbers) -> Audio:
    """Clearing the throat: rough, low pulses in noise."""
    seconds = rng.uniform(0.3, 0.5)
    pulses = _pulses(rng, seconds, rng.uniform(55, 85))
    breath = _noise(rng, seconds, 300, 1800)[: pulses.size]
    return np.asarray((pulses + 0.5 * breath) * np.hanning(pulses.size), dtype=np.float32)


def _breath(rng: Numbers) -> Audio:
    noise = _noise(rng, rng.uniform(0.4, 0.8), 500, 3000)
    return np.asarray(noise * np.hanning(noise.size), dtype=np.float32)


def _sneeze(rng: Numbers) -> Audio:
    """A short breath in, a gap, and a burst twice as long as a cough's."""
    gasp = _noise(rng, 0.18, 600, 3000)
    burst = _noise(rng, rng.uniform(0.25, 0.4), 800, 3600)
    gap = np.zeros(int(0.08 * TELEPHONE_HZ), np.float32)
    rising, falling = np.linspace(0, 0.15, gasp.size), np.exp(-np.linspace(0, 4, burst.size))
    return np.concatenate([gasp * rising, gap, burst * falling]).astype(np.float32)


def _click(rng: Numbers) -> Audio:
    seconds = rng.uniform(0.008, 0.02)
    return np.asarray(_noise(rng, seconds, 500, 3500) * _decay(seconds, 0.004), dtype=np.float32)


def _smack(rng: Numbers) -> Audio:
    """Lips that part."""
    return np.asarray(_noise(rng, 0.05, 900, 3000) * _decay(0.05, 0.012), dtype=np.float32)


def _bang(rng: Numbers) -> Audio:
    """A door: low, with a short room."""
    return np.asarray(_noise(rng, 0.4, 60, 700) * _decay(0.4, 0.08), dtype=np.float32)


def _typing(rng: Numbers) -> Audio:
    """A keyboard for two seconds."""
    sound = np.zeros(2 * TELEPHONE_HZ, np.float32)
    at = 0.0
    while (at := at + rng.uniform(0.07, 0.25)) < 1.9:
        key = _noise(rng, 0.02, 1200, 3600) * _decay(0.02, 0.005) * rng.uniform(0.4, 1)
        sound[int(at * TELEPHONE_HZ) :][: key.size] += key
    return sound


def _horn(rng: Numbers) -> Audio:
    return _tones((400.0, 500.0, 800.0, 1000.0), rng.uniform(0.4, 0.9))


def _ring(rng: Numbers) -> Audio:
    """A telephone beside the caller's."""
    tone = _tones((1100.0, 1400.0), 1.0)
    return np.asarray(tone * (np.sin(2 * np.pi * 10 * np.arange(tone.size) / TELEPHONE_HZ) > 0), dtype=np.float32)


def _static(rng: Numbers) -> Audio:
    return _noise(rng, rng.uniform(0.3, 0.7), 300, 3600)


def _wind(rng: Numbers) -> Audio:
    noise = _noise(rng, 1.5, 60, 500)
    return np.asarray(noise * (0.3 + np.abs(np.sin(np.linspace(0, 7, noise.size)))), dtype=np.float32)


def _music(rng: Numbers) -> Audio:
    """Chords, two a second."""
    root = rng.uniform(180, 300)
    chords = ((1, 1.26, 1.5), (1.33, 1.68, 2.0), (1.5, 1.89, 2.25), (1, 1.26, 1.5))
    played = [_tones(tuple(root * step for step in chord), 0.5) for chord in chords]
    return np.concatenate([chord * np.linspace(1, 0.2, chord.size) for chord in played]).astype(np.float32)


SOUNDS: Final[dict[str, Callable[[Numbers], Audio]]] = {
    "cough": _cough,
    "throat": _throat,
    "breath": _breath,
    "sneeze": _sneeze,
    "click": _click,
    "smack": _smack,
    "bang": _bang,
    "typing": _typing,
    "horn": _horn,
    "ring": _ring,
    "static": _static,
    "wind": _wind,
    "music": _music,
}
LEVELS_DB: Final = {"breath": -12.0, "click": -3.0, "smack": -6.0, "typing": -10.0, "music": -8.0, "wind": -8.0}
"""Peak against the peak of the caller's speech, for sounds that are not as loud as speech."""


def _noise(rng: Numbers, seconds: float, low_hz: float, high_hz: float) -> Audio:
    band = butter(2, (low_hz, high_hz), btype="bandpass", fs=TELEPHONE_HZ, output="sos")
    noise = sosfilt(band, rng.standard_normal(int(seconds * TELEPHONE_HZ)))
    return np.asarray(noise / max(float(np.std(noise)), 1e-6), dtype=np.float32)


def _decay(seconds: float, constant_s: float) -> Audio:
    times = np.arange(int(seconds * TELEPHONE_HZ)) / TELEPHONE_HZ
    return np.asarray(np.exp(-times / constant_s), dtype=np.float32)


def _pulses(rng: Numbers, seconds: float, pitch_hz: float) -> Audio:
    """A rough voice: pulses at an unsteady pitch through one broad resonance."""
    pulses = np.zeros(int(seconds * TELEPHONE_HZ))
    at = 0.0
    while at < pulses.size:
        pulses[int(at)] = rng.uniform(0.5, 1)
        at += TELEPHONE_HZ / pitch_hz * rng.uniform(0.85, 1.15)
    throat = butter(2, (300, 1500), btype="bandpass", fs=TELEPHONE_HZ, output="sos")
    voice = sosfilt(throat, pulses)
    return np.asarray(voice / max(float(np.std(voice)), 1e-6), dtype=np.float32)


def _tones(frequencies_hz: tuple[float, ...], seconds: float) -> Audio:
    times = np.arange(int(seconds * TELEPHONE_HZ)) / TELEPHONE_HZ
    tones = [np.sin(2 * np.pi * frequency * times) for frequency in frequencies_hz]
    return np.asarray(np.sum(tones, axis=0) / len(tones), dtype=np.float32)
