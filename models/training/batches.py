"""Shards to batches of clips of about the same length."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from models.training import shards
from models.training.shards import Example
from models.training.vocabulary import Vocabulary

_FRAMES_PER_BATCH = 8_000
_MOST_CLIPS = 48
_POOL = 4
"""Shards that one round draws its batches from."""
_LONG_WINDOWS = ((1000, 8), (3000, 3))
"""Frames and clips of the windows that unmodified faster-whisper works with."""
_LONG_SHARE = 0.04
_TIMESTAMP_SHARE = 0.15
_IGNORED = -100
_LANGUAGE = {"cmn": "<|zh|>", "cmn-sichuan": "<|zh|>", "yue": "<|yue|>"}


@dataclass(frozen=True, slots=True)
class Batch:
    """Clips of one length with their targets."""

    features: Tensor
    """[B, 80, frames], zeros after the end."""
    texts: list[list[int]]
    """Characters of each clip."""
    inputs: Tensor
    """[B, L], what the decoder is given."""
    targets: Tensor
    """[B, L], what it is to say; -100 where it does not matter."""


def rounds(folder: Path, vocabulary: Vocabulary, rng: random.Random) -> Iterator[Batch]:
    """Batches without end. Shards that no round has used come first, so new ones may be added meanwhile."""
    known = set(vocabulary.characters)
    used: dict[Path, int] = {}
    while True:
        paths = sorted(folder.glob("[0-9]*.npz"), key=lambda path: (used.get(path, 0), rng.random()))
        examples: list[Example] = []
        for path in paths[:_POOL]:
            used[path] = used.get(path, 0) + 1
            examples.extend(example for example in shards.read(path) if known.issuperset(example.text))
        groups = by_length(examples, rng)
        rng.shuffle(groups)
        for group in groups:
            yield collate(group, vocabulary, rng)


def by_length(examples: list[Example], rng: random.Random) -> list[list[Example]]:
    """Groups of clips of nearly equal length, none larger than a batch may be."""
    ordered = sorted(examples, key=lambda example: len(example.features) * rng.uniform(0.97, 1.03))
    groups: list[list[Example]] = [[]]
    for example in ordered:
        if groups[-1] and (
            (len(groups[-1]) + 1) * len(example.features) > _FRAMES_PER_BATCH or len(groups[-1]) >= _MOST_CLIPS
        ):
            groups.append([])
        groups[-1].append(example)
    return groups


def collate(group: list[Example], vocabulary: Vocabulary, rng: random.Random) -> Batch:
    """One batch, its features masked and shifted a little so that a clip is never seen twice the same."""
    longest = max(len(example.features) for example in group)
    window = longest + rng.choice((0, 2, 10, 20, 40))
    if rng.random() < _LONG_SHARE:
        window, count = rng.choice(_LONG_WINDOWS)
        group = rng.sample(group, min(count, len(group)))
    window += window % 2
    features = np.zeros((len(group), 80, window), dtype=np.float32)
    for row, example in zip(features, group, strict=True):
        part = varied(example.features, rng)[:window]
        row[:, : len(part)] = part.T
    ids = vocabulary.ids()
    texts = [[ids[character] for character in example.text] for example in group]
    sequences = [prompted(example, text, vocabulary, rng) for example, text in zip(group, texts, strict=True)]
    length = max(len(sequence) for sequence, _ in sequences) - 1
    inputs = torch.full((len(group), length), vocabulary.special("<|endoftext|>"))
    targets = torch.full((len(group), length), _IGNORED)
    for place, (sequence, first) in enumerate(sequences):
        inputs[place, : len(sequence) - 1] = torch.tensor(sequence[:-1])
        targets[place, : len(sequence) - 1] = torch.tensor([first, *sequence[2:]])
        targets[place, 1:3] = _IGNORED  # transcribe, and timestamps or not, are the caller's to choose
    return Batch(torch.from_numpy(features), texts, inputs, targets)


def prompted(example: Example, text: list[int], vocabulary: Vocabulary, rng: random.Random) -> tuple[list[int], int]:
    """The decoder's sequence for a clip, and the target at its start: the language, or that nobody speaks."""
    language = vocabulary.special(_LANGUAGE[example.language])
    head = [vocabulary.special("<|startoftranscript|>"), language, vocabulary.special("<|transcribe|>")]
    end = vocabulary.special("<|endoftext|>")
    if text and rng.random() < _TIMESTAMP_SHARE:
        close = vocabulary.timestamp(len(example.features) / 100)
        return [*head, vocabulary.timestamp(0), *text, close, end], language
    first = language if text else vocabulary.special("<|nospeech|>")
    return [*head, vocabulary.special("<|notimestamps|>"), *text, end], first


def varied(features: np.ndarray, rng: random.Random) -> np.ndarray:
    """[frames, 80] with a band or two and a short stretch masked, and a little louder or softer."""
    out = features.astype(np.float32) + np.float32(rng.uniform(-0.08, 0.08))
    for _ in range(rng.choice((0, 1, 1, 2))):
        width = rng.randint(1, 8)
        low = rng.randrange(80 - width)
        out[:, low : low + width] = out.mean()
    if len(out) > 60 and rng.random() < 0.4:
        width = rng.randint(1, 8)
        start = rng.randrange(len(out) - width)
        out[start : start + width] = out.mean()
    return out
