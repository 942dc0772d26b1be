"""Turns a caller's samples into what a dialect classifier hears; the same in training and on the telephone."""

from functools import cache
from typing import Any, Final

import numpy as np
import soxr
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray

from models.dialect_card import Ear

MODEL_HZ: Final = 16_000
CALL_HZ: Final = 8_000
_USUAL_RMS: Final = 0.1
"""Loudness of the recordings that Whisper learned from, roughly; wav2vec 2.0 wants 1."""


def heard(samples: NDArray[np.int16], ear: Ear) -> NDArray[np.float32]:
    """[16 kHz samples] or [mels, frames]. samples: [n] at 8,000 Hz, of which the last ear.longest_s count."""
    recent = samples[-int(ear.longest_s * CALL_HZ) :].astype(np.float32) / 32768
    audio = soxr.resample(recent, CALL_HZ, MODEL_HZ) if recent.size else recent
    audio = (audio - audio.mean()) / np.sqrt(audio.var() + 1e-7) if audio.size else audio
    if ear.kind == "waveform":
        short = max(int(ear.shortest_s * MODEL_HZ) - audio.size, 0)
        return np.pad(audio, (0, short)).astype(np.float32)
    window = int(ear.longest_s * MODEL_HZ)
    audio = np.pad(_USUAL_RMS * audio[:window], (0, max(window - audio.size, 0)))
    return np.asarray(_mel(ear.mels)(audio, padding=0)[:, : window // 160], np.float32)


@cache
def _mel(mels: int) -> Any:
    return FeatureExtractor(feature_size=mels, sampling_rate=MODEL_HZ)
