"""Labelled audio to measure voice activity detection on: synthetic conversations, noise alone, people where at hand.

Labels of synthetic speech are exact: the audio is clean before the noise is mixed in. A gap shorter than 0.2 s inside
speech is labelled speech, as people hear it.
"""

import json
import random
import wave
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soxr
from numpy.typing import NDArray

from models.espeak import SAMPLE_RATE
from models.training.channel import TELEPHONE_HZ, Audio, Channel, g711, transmit
from models.training.clips import speak
from models.training.noise import recorded
from models.training.voices import HELD_OUT

BRIDGED_S: Final = 0.2
CLICK_S: Final = 0.08
SPOKEN_DB: Final = -40.0
"""Level against the loud parts of a clip from which synthetic audio, clean as it is, counts as spoken."""
HUMAN_SPOKEN_DB: Final = -30.0
"""The same for recordings of people, which have breaths and rooms."""
QUIET_ROOM_DB: Final = -50.0

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Labelled:
    """Audio (int16, 8 kHz) with the seconds in which somebody speaks."""

    condition: str
    audio: NDArray[np.int16]
    speech: tuple[Interval, ...]


def spoken_intervals(clean: Audio, rate_hz: int, *, spoken_db: float = SPOKEN_DB) -> tuple[Interval, ...]:
    """Where clean audio is spoken: from spoken_db below its loud parts. Short gaps are bridged, clicks left out."""
    levels = _levels_db(clean, rate_hz)
    intervals = _bridged(levels > np.percentile(levels, 95) + spoken_db, 0.01)
    return tuple((start, end) for start, end in intervals if end - start >= CLICK_S)


def synthetic_clips(
    sentences: Sequence[tuple[str, str]], beds: Mapping[str, Audio], snrs_db: Sequence[float], *, seed: int = 1
) -> Iterator[Labelled]:
    """Conversation-like audio: sentences (text, language) with pauses of 0.4 to 2.5 s, through a G.711 line.

    One clip for every bed and SNR, named "bed 15 dB", and one without noise.
    """
    rng = random.Random(seed)
    for condition, bed, snr_db in _conditions(beds, snrs_db):
        pieces: list[Audio] = [np.zeros(int(0.8 * SAMPLE_RATE), np.float32)]
        for text, language in rng.sample(list(sentences), min(6, len(sentences))):
            pieces.append(speak(text, language, rng.choice(HELD_OUT), rng))
            pieces.append(np.zeros(int(rng.uniform(0.4, 2.5) * SAMPLE_RATE), np.float32))
        clean = np.concatenate(pieces)
        channel = Channel(snr_db=snr_db, level_db=rng.uniform(-28, -18), reverb_s=rng.choice((0.0, 0.0, 0.2)))
        numbers = np.random.default_rng(rng.getrandbits(64))
        yield Labelled(
            condition, transmit(clean, SAMPLE_RATE, bed, channel, numbers), spoken_intervals(clean, SAMPLE_RATE)
        )


def noise_clips(beds: Mapping[str, Audio], *, level_db: float = -38.0, seconds: float = 20.0) -> Iterator[Labelled]:
    """Nobody speaks: each bed alone, at the level of a noisy line."""
    for name, bed in beds.items():
        sound = np.resize(bed, int(seconds * TELEPHONE_HZ)) / max(float(bed.std()), 1e-5)
        yield Labelled(f"{name} alone", g711(sound * np.float32(10 ** (level_db / 20) * 32768), "pcma"), ())


def human_words(folder: Path, limit: int, *, seed: int = 1) -> Iterator[Labelled]:
    """Words of the set speech_zh_dspspeech17, through G.711; only those in rooms quiet enough to label by level."""
    paths = sorted((folder / "audio").glob("*.flac"))
    for path in random.Random(seed).sample(paths, min(limit, len(paths))):
        clean = recorded(path)
        clean = clean / max(float(np.percentile(np.abs(clean), 99.5)), 1e-6)
        if np.percentile(_levels_db(clean, TELEPHONE_HZ), 30) < QUIET_ROOM_DB:
            speech = spoken_intervals(clean, TELEPHONE_HZ, spoken_db=HUMAN_SPOKEN_DB)
            yield Labelled("human words", g711(clean * np.float32(8000), "pcma"), speech)


def human_sentences(folder: Path) -> Iterator[Labelled]:
    """The hand-labelled wavs of the set vad_speechbrain_small, in their 2 s pieces joined."""
    for listing in sorted(folder.glob("*.json")):
        items = list(json.loads(listing.read_text()).values())
        path = folder / Path(items[0]["wav"]["file"]).name
        audio, rate_hz = _wav(path)
        speech: list[Interval] = []
        for item in items:
            times = [float(t) + item["wav"]["start"] / rate_hz for t in item["speech"].split()]
            speech += list(zip(times[::2], times[1::2], strict=True))
        end = int(items[-1]["wav"]["stop"])
        narrow = soxr.resample(audio[:end].astype(np.float32), rate_hz, TELEPHONE_HZ)
        yield Labelled("human sentences", g711(narrow, "pcma"), tuple(speech))


def _levels_db(sound: Audio, rate_hz: int) -> NDArray[np.float64]:
    """Level of every 10 ms."""
    hop = rate_hz // 100
    frames = sound[: sound.size // hop * hop].reshape(-1, hop).astype(np.float64)
    return np.asarray(10 * np.log10(np.mean(frames**2, axis=1) + 1e-12))


def _wav(path: Path) -> tuple[NDArray[np.int16], int]:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16), file.getframerate()


def _conditions(beds: Mapping[str, Audio], snrs_db: Sequence[float]) -> Iterator[tuple[str, Audio, float | None]]:
    yield "clean", np.zeros(TELEPHONE_HZ, np.float32), None
    for name, bed in beds.items():
        for snr_db in snrs_db:
            yield f"{name} {snr_db:g} dB", bed, snr_db


def _bridged(spoken: NDArray[np.bool_], step_s: float) -> tuple[Interval, ...]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], spoken, [False]]).astype(np.int8)))
    intervals: list[Interval] = []
    for start, end in zip(edges[::2] * step_s, edges[1::2] * step_s, strict=True):
        if intervals and start - intervals[-1][1] < BRIDGED_S:
            intervals[-1] = (intervals[-1][0], float(end))
        else:
            intervals.append((float(start), float(end)))
    return tuple(intervals)
