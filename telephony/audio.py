"""Audio as the rest of the room sees it: mono int16 at 8 kHz, in frames of 20 ms; resampling, levels, mixing."""

from typing import Final, TypeAlias

import numpy as np
import soxr
from numpy.typing import NDArray

SAMPLE_RATE_HZ: Final = 8000
FRAME_SAMPLES: Final = 160
FRAME_S: Final = FRAME_SAMPLES / SAMPLE_RATE_HZ
FULL_SCALE: Final = 32768.0
QUIETEST_DBFS: Final = -96.0
"""What digital silence is said to measure: below the last bit of 16."""

Samples: TypeAlias = NDArray[np.int16]
"""Mono audio, any length."""
Frame: TypeAlias = NDArray[np.int16]
"""Exactly FRAME_SAMPLES samples: 20 ms at 8 kHz. Frames are shared, never written into."""


def _read_only(samples: Samples) -> Samples:
    samples.flags.writeable = False
    return samples


SILENCE: Final[Frame] = _read_only(np.zeros(FRAME_SAMPLES, np.int16))


def to_int16(samples: NDArray[np.floating]) -> Samples:
    """Rounds and clips samples that are already on the int16 scale."""
    rounded: Samples = np.clip(np.rint(samples), -32768, 32767).astype(np.int16)
    return rounded


def resample(samples: Samples, from_hz: int, to_hz: int = SAMPLE_RATE_HZ) -> Samples:
    """A whole clip at another rate."""
    if from_hz == to_hz:
        return samples
    resampled: Samples = soxr.resample(samples, from_hz, to_hz)
    return resampled


class StreamResampler:
    """Resamples audio that comes in pieces, without seams between them."""

    def __init__(self, from_hz: int, to_hz: int = SAMPLE_RATE_HZ) -> None:
        self._stream = soxr.ResampleStream(from_hz, to_hz, 1, dtype="int16")

    def push(self, samples: Samples, *, last: bool = False) -> Samples:
        """What is ready after these samples; the filter holds back a little until `last`."""
        ready: Samples = self._stream.resample_chunk(samples, last=last)
        return ready


def level_dbfs(samples: Samples) -> float:
    """RMS level; 0 dBFS is a full-scale square wave."""
    if samples.size == 0:
        return QUIETEST_DBFS
    floats = samples.astype(np.float32)
    mean_square = float(np.dot(floats, floats)) / samples.size / FULL_SCALE**2
    return max(QUIETEST_DBFS, 10 * float(np.log10(mean_square))) if mean_square > 0 else QUIETEST_DBFS


def normalise_peak(samples: Samples, peak_dbfs: float = -3.0) -> Samples:
    """Scaled so that the loudest sample lies at `peak_dbfs`; silence stays silence."""
    peak = int(np.abs(samples.astype(np.int32)).max(initial=0))
    if peak == 0:
        return samples
    return to_int16(samples * (FULL_SCALE * 10 ** (peak_dbfs / 20) / peak))


def mix(*parts: Samples) -> Samples:
    """Sum of equally long parts, clipped at full scale."""
    total = np.sum(np.stack(parts), axis=0, dtype=np.int32)
    mixed: Samples = np.clip(total, -32768, 32767).astype(np.int16)
    return mixed
