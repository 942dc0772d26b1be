"""Recordings labelled with speaker and dialect, laid out as KeSpeech is (Tang et al., 2021).

    DATA/Audio/1000001/phase1/1000001_4b2a.wav      anywhere below DATA, any format that PyAV reads
    DATA/Tasks/ASR/train_phase1/wav.scp             1000001_4b2a Audio/1000001/phase1/1000001_4b2a.wav
    DATA/Tasks/ASR/train_phase1/utt2spk             1000001_4b2a 1000001
    DATA/Tasks/ASR/train_phase1/utt2subdialect      1000001_4b2a Southwestern

A label is one of KeSpeech's, or a dialect's tag (yue, wuu, cmn-sichuan): recordings of one's own need these three files
and nothing else.
"""

import csv
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice, zip_longest
from pathlib import Path
from types import MappingProxyType

import av
import numpy as np

from models.training.channel import Audio

RECORDED_HZ = 16_000
"""Rate at which recordings are read, whatever theirs is."""


class CorpusError(RuntimeError):
    """The recordings cannot be trained on. The message names the file and what to do."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One utterance of one person."""

    name: str
    speaker: str
    tag: str
    path: Path


def read_split(data: Path, split: str, tags: Collection[str]) -> list[Recording]:
    """The recordings of one split (a folder below `data`). `tags`: the dialects that exist. Raises CorpusError."""
    folder = data / split
    paths, speakers, labels = (_table(folder / name) for name in ("wav.scp", "utt2spk", "utt2subdialect"))
    recordings = []
    for name, path in paths.items():
        if name not in speakers or name not in labels:
            lacking = "utt2spk" if name not in speakers else "utt2subdialect"
            raise CorpusError(f"{folder / lacking} lacks {name}, which is in wav.scp: complete it")
        if not (data / path).is_file():
            raise CorpusError(f"{folder / 'wav.scp'}: {name}: there is no file {data / path}; paths count from {data}")
        recordings.append(Recording(name, speakers[name], _tag(labels[name], folder, tags), data / path))
    if not recordings:
        raise CorpusError(f"{folder / 'wav.scp'} names no recording")
    return recordings


def read_splits(data: Path, splits: Iterable[str], tags: Collection[str]) -> list[Recording]:
    """Several splits as one."""
    return [recording for split in splits for recording in read_split(data, split, tags)]


def strangers(training: Sequence[Recording], *held_out: Sequence[Recording]) -> list[Recording]:
    """`training` without the people heard in the held-out splits: else voices would be recognised, not dialects.

    Raises CorpusError where a dialect is then left without recordings to learn from.
    """
    known = {recording.speaker for split in held_out for recording in split}
    left = [recording for recording in training if recording.speaker not in known]
    for split in held_out:
        if missing := sorted(tags_of(split) ^ tags_of(left)):
            raise CorpusError(
                f"{', '.join(missing)}: not in each of train, dev and test once nobody trained on is tested: "
                "give each dialect speakers in each, or leave it out"
            )
    return left


def evenly(recordings: Sequence[Recording], most: int) -> list[Recording]:
    """At most `most`, as many of each dialect, by turns of its speakers; always the same ones."""
    tags = sorted(tags_of(recordings))
    chosen: list[Recording] = []
    for tag in tags:
        by_speaker: dict[str, list[Recording]] = {}
        for recording in sorted(recordings, key=lambda recording: recording.name):
            if recording.tag == tag:
                by_speaker.setdefault(recording.speaker, []).append(recording)
        turns = (recording for turn in zip_longest(*by_speaker.values()) for recording in turn if recording is not None)
        chosen += islice(turns, most // len(tags))
    return chosen


def tags_of(recordings: Iterable[Recording]) -> set[str]:
    return {recording.tag for recording in recordings}


def sound(recording: Recording) -> Audio:
    """[n] at `RECORDED_HZ`, full scale 1. Raises CorpusError for a file that holds no audio."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RECORDED_HZ)
    try:
        with av.open(str(recording.path)) as container:
            frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
            frames += resampler.resample(None)
    except (av.FFmpegError, IndexError) as error:
        raise CorpusError(
            f"{recording.path} cannot be heard ({error}): replace it, or take it out of wav.scp"
        ) from error
    return np.concatenate([np.zeros(0, np.float32), *(frame.to_ndarray()[0] for frame in frames)])


def _table(file: Path) -> dict[str, str]:
    """'name value' lines; the value may hold spaces."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(
            f"{file} cannot be read ({error}): each split needs wav.scp, utt2spk, utt2subdialect"
        ) from error
    table: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        name, _, value = line.strip().partition(" ")
        if not name:
            continue
        if not value.strip() or value.rstrip().endswith("|"):
            raise CorpusError(f"{file}:{number}: {line!r} is not 'name value' (commands with | are not run)")
        if name in table:
            raise CorpusError(f"{file}:{number}: {name} stands twice")
        table[name] = value.strip()
    return table


def _tag(label: str, folder: Path, tags: Collection[str]) -> str:
    tag = _labels().get(label, label)
    if tag not in tags:
        raise CorpusError(f"{folder / 'utt2subdialect'}: {label!r} is no dialect: use {', '.join([*_labels(), *tags])}")
    return tag


@cache
def _labels() -> Mapping[str, str]:
    text = (resources.files("models.training.dialect") / "labels.csv").read_text(encoding="utf-8")
    return MappingProxyType({row["label"]: row["tag"] for row in csv.DictReader(text.splitlines())})
