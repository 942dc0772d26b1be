"""What the network learns from: pieces of recordings as a telephone brings them, every dialect as often as another.

A batch is a function of its number alone, so that processes may make them in any order and a training that was
interrupted goes on as if it had not been.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.dialect_card import Ear
from models.dialect_ear import heard
from models.training.channel import Audio, Channel, transmit
from models.training.clips import held_out_channel, training_channel
from models.training.dialect.corpus import RECORDED_HZ, Recording, sound


@dataclass(frozen=True, slots=True)
class Batch:
    audio: NDArray[np.float32]
    """[clips, samples] or [clips, mels, frames]: see `Ear`."""
    labels: NDArray[np.int64]
    """[clips]: numbers of dialects."""


class TrainingBatches:
    """Batches by number, from 0 to `count`."""

    def __init__(
        self,
        recordings: Sequence[Recording],
        tags: Sequence[str],
        ear: Ear,
        beds: Mapping[str, Audio],
        *,
        count: int,
        size: int,
        seed: int = 0,
    ) -> None:
        """beds: background noise by kind, 8 kHz."""
        self._by_dialect: list[list[list[Recording]]] = []
        for tag in tags:
            by_speaker: dict[str, list[Recording]] = {}
            for recording in recordings:
                if recording.tag == tag:
                    by_speaker.setdefault(recording.speaker, []).append(recording)
            self._by_dialect.append(list(by_speaker.values()))
        self._ear, self._beds = ear, beds
        self._count, self._size, self._seed = count, size, seed

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> Batch:
        rng = random.Random(f"{self._seed}:{number}")
        seconds = rng.uniform(self._ear.shortest_s, self._ear.longest_s)
        labels = [rng.randrange(len(self._by_dialect)) for _ in range(self._size)]
        clips = [self._clip(label, seconds, rng) for label in labels]
        return Batch(np.stack(clips), np.array(labels, np.int64))

    def _clip(self, label: int, seconds: float, rng: random.Random) -> NDArray[np.float32]:
        recording = rng.choice(rng.choice(self._by_dialect[label]))  # every speaker as often as another, too
        piece = _piece(sound(recording), int(seconds * RECORDED_HZ), rng)
        return heard(telephoned(piece, training_channel(rng), self._beds, rng), self._ear)


def held_out_samples(recording: Recording, beds: Mapping[str, Audio], seed: int = 0) -> NDArray[np.int16]:
    """The recording as it is measured on: [n] at 8,000 Hz over a telephone line, the same one every time."""
    rng = random.Random(f"{seed}:{recording.name}")
    return telephoned(sound(recording), held_out_channel(rng), beds, rng)


def telephoned(speech: Audio, channel: Channel, beds: Mapping[str, Audio], rng: random.Random) -> NDArray[np.int16]:
    """`speech` at `RECORDED_HZ` through the channel, before a background of a random kind: [n] at 8,000 Hz."""
    bed = beds[rng.choice(sorted(beds))]
    noise = np.roll(bed, rng.randrange(bed.size))
    return transmit(speech, RECORDED_HZ, noise, channel, np.random.default_rng(rng.getrandbits(64)))


def _piece(speech: Audio, size: int, rng: random.Random) -> Audio:
    """`size` samples from anywhere in the speech, silence around where it is shorter."""
    if speech.size >= size:
        start = rng.randint(0, speech.size - size)
        return speech[start : start + size]
    before = rng.randint(0, size - speech.size)
    return np.pad(speech, (before, size - speech.size - before))
