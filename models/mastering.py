"""Makes raw synthesised speech fit for the telephone line: rate, silence, level, edges."""

from typing import Final

import numpy as np
import soxr
from numpy.typing import NDArray

LINE_RATE_HZ: Final = 8_000

SPEECH_LEVEL_DBFS: Final = -20.0
"""RMS over the loud parts; ITU-T P.56 active speech level for G.711 lies at -26 to -20 dBov."""
PEAK_DBFS: Final = -3.0
"""No sample gets louder: A-law and mu-law clip audibly above."""
LEAD_S: Final = 0.02
"""Silence left before the speech."""
TAIL_S: Final = 0.12
"""Silence left after it, so that sentences do not run into each other."""
_SILENCE_DB: Final = -40.0
"""What is this much below the loudest part counts as silence."""
_WINDOW_S: Final = 0.01
_FADE_S: Final = 0.005


def master(samples: NDArray[np.int16] | NDArray[np.float32], rate_hz: int) -> NDArray[np.int16]:
    """Speech as a voice made it -> [n] int16 at 8,000 Hz, trimmed, levelled, faded. Silence in, nothing out.

    samples: [m] mono at `rate_hz`; int16, or float32 in -1..1.
    """
    audio = samples.astype(np.float32) / (32_768.0 if samples.dtype == np.int16 else 1.0)
    if audio.size == 0:
        return np.zeros(0, np.int16)
    line = np.asarray(soxr.resample(audio, rate_hz, LINE_RATE_HZ), np.float32)
    line = _trimmed(line - line.mean())
    if line.size == 0:
        return np.zeros(0, np.int16)
    line = _limited(_levelled(line))
    fade = min(int(_FADE_S * LINE_RATE_HZ), line.size // 2)
    ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32)
    line[:fade] *= ramp
    line[line.size - fade :] *= ramp[::-1]
    line = np.pad(line, (int(LEAD_S * LINE_RATE_HZ), int(TAIL_S * LINE_RATE_HZ)))
    return np.round(line * 32_767.0).astype(np.int16)


def _loudness(line: NDArray[np.float32]) -> NDArray[np.float32]:
    """RMS of each 10 ms window; [windows]."""
    size = int(_WINDOW_S * LINE_RATE_HZ)
    padded = np.pad(line, (0, -line.size % size))
    return np.asarray(np.sqrt(np.mean(padded.reshape(-1, size) ** 2, axis=1)), np.float32)


def _trimmed(line: NDArray[np.float32]) -> NDArray[np.float32]:
    loudness = _loudness(line)
    loud = np.flatnonzero(loudness > max(loudness.max() * 10 ** (_SILENCE_DB / 20), 1e-5))
    if loud.size == 0:
        return line[:0]
    size = int(_WINDOW_S * LINE_RATE_HZ)
    return line[loud[0] * size : (loud[-1] + 1) * size]


def _levelled(line: NDArray[np.float32]) -> NDArray[np.float32]:
    """Gain so that the windows in which something is said have the speech level; pauses do not count."""
    loudness = _loudness(line)
    active = loudness[loudness > loudness.max() * 0.1]
    gain = 10 ** (SPEECH_LEVEL_DBFS / 20) / float(np.sqrt(np.mean(active**2)))
    return (line * gain).astype(np.float32)


def _limited(line: NDArray[np.float32]) -> NDArray[np.float32]:
    """Peaks above half the limit are bent under it by tanh: no clipping, the level hardly changes."""
    limit = 10 ** (PEAK_DBFS / 20)
    knee = limit / 2
    size = np.abs(line)
    bent = knee + (limit - knee) * np.tanh((size - knee) / (limit - knee))
    return np.where(size > knee, np.sign(line) * bent, line).astype(np.float32)
