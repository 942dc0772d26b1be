"""Training clips on disk: files of a thousand, each holding log-mel features and the characters said."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray

from models.training.channel import TELEPHONE_HZ, Audio
from models.training.clips import Clip, clip, noise_clip, training_channel
from models.training.corpus import Corpus

CLIPS_PER_SHARD = 1024
_NOISE_SHARE = 0.04
_MODEL_HZ = 16_000
_MOST_S = 9.5


@dataclass(frozen=True, slots=True)
class Example:
    """One clip, ready to be learnt from."""

    features: NDArray[np.float16]
    """[frames, 80] at 100 Hz."""
    text: str
    language: str


def features(audio: NDArray[np.int16], extractor: FeatureExtractor) -> NDArray[np.float32]:
    """Log-mel features [80, frames] of 8 kHz samples, as faster-whisper computes them."""
    sound = soxr.resample(audio.astype(np.float32) / 32768, TELEPHONE_HZ, _MODEL_HZ)
    return np.asarray(extractor(sound), dtype=np.float32)


def training_clip(corpus: Corpus, voices: Sequence[str], beds: Mapping[str, Audio], rng: random.Random) -> Clip:
    """One clip of speech, or now and then of noise alone."""
    if rng.random() < _NOISE_SHARE:
        return noise_clip(rng.uniform(0.4, 4), training_channel(rng), beds, rng)
    line = corpus.line(rng)
    return clip(line.text, line.language, rng.choice(voices), training_channel(rng), beds, rng)


def write(path: Path, make: Callable[[], Clip]) -> None:
    """A shard of `CLIPS_PER_SHARD` clips from `make`; it appears under its name only when complete."""
    extractor = FeatureExtractor(80)
    rows: list[NDArray[np.float16]] = []
    texts: list[str] = []
    languages: list[str] = []
    while len(rows) < CLIPS_PER_SHARD:
        made = make()
        if made.audio.size > _MOST_S * TELEPHONE_HZ:
            continue
        rows.append(features(made.audio, extractor).T.astype(np.float16))
        texts.append(made.text)
        languages.append(made.language)
    temporary = path.with_suffix(".part.npz")
    np.savez(
        temporary,
        features=np.concatenate(rows),
        frames=np.array([len(row) for row in rows]),
        texts=np.array(texts),
        languages=np.array(languages),
    )
    temporary.rename(path)


def read(path: Path) -> list[Example]:
    """The examples of a shard."""
    with np.load(path) as shard:
        rows = np.split(shard["features"], np.cumsum(shard["frames"])[:-1])
        return [Example(*row) for row in zip(rows, shard["texts"].tolist(), shard["languages"].tolist(), strict=True)]
