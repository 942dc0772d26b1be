"""How well a voice activity detector finds speech in labelled audio, how soon it says so, and what it costs."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.training.channel import TELEPHONE_HZ
from models.vad import StreamingVad
from models.vad_clips import Interval, Labelled

FRAME: Final = 160
NEAR_S: Final = 0.5
"""A reported edge within this of a true one is taken for it."""


@dataclass(frozen=True, slots=True)
class Score:
    """Frames of 20 ms against the labels, and how soon and how exactly the edges were known."""

    f1: float
    miss_rate: float
    false_alarm_rate: float
    onset_delay_ms: float
    """Median time from the true start until the detector reported it."""
    pause_delay_ms: float
    """The same at the end of speech."""
    onset_error_ms: float
    """Median of reported minus true start; negative is early."""
    pause_error_ms: float
    frame_us: float
    """Mean processor time of one frame."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A detector's run over one clip: the intervals it reported, each edge with when it became known."""

    speech: tuple[Interval, ...]
    known: tuple[Interval, ...]
    elapsed_s: float


def score(clips: Sequence[Labelled], make_vad: Callable[[], StreamingVad]) -> Score:
    """The detector on all the clips together."""
    hits = misses = false_alarms = silent = frames = 0
    onsets: list[Interval] = []
    ends: list[Interval] = []
    elapsed_s = 0.0
    for clip in clips:
        heard = listen(make_vad(), clip.audio)
        truth, found = _frames(clip.speech, clip.audio.size), _frames(heard.speech, clip.audio.size)
        hits += int(np.sum(truth & found))
        misses += int(np.sum(truth & ~found))
        false_alarms += int(np.sum(~truth & found))
        silent += int(np.sum(~truth))
        frames += truth.size
        elapsed_s += heard.elapsed_s
        onsets += _edge_errors(clip.speech, heard, 0)
        ends += _edge_errors(clip.speech, heard, 1)
    return Score(
        f1=2 * hits / max(2 * hits + misses + false_alarms, 1),
        miss_rate=misses / max(hits + misses, 1),
        false_alarm_rate=false_alarms / max(silent, 1),
        onset_delay_ms=1000 * median([delay for _, delay in onsets] or [0.0]),
        pause_delay_ms=1000 * median([delay for _, delay in ends] or [0.0]),
        onset_error_ms=1000 * median([error for error, _ in onsets] or [0.0]),
        pause_error_ms=1000 * median([error for error, _ in ends] or [0.0]),
        frame_us=1e6 * elapsed_s / max(frames, 1),
    )


def listen(vad: StreamingVad, audio: NDArray[np.int16]) -> Heard:
    """Runs a detector over a clip, frame by frame."""
    edges: list[tuple[float, float]] = []
    started = time.thread_time()
    for index in range(audio.size // FRAME):
        at_s = index * FRAME / TELEPHONE_HZ
        events = vad.push(audio[index * FRAME : (index + 1) * FRAME], at_s)
        edges += [(event.at_s, at_s + FRAME / TELEPHONE_HZ) for event in events if event.settled]
    elapsed_s = time.thread_time() - started
    if len(edges) % 2:
        edges.append((audio.size / TELEPHONE_HZ, audio.size / TELEPHONE_HZ))
    pairs = list(zip(edges[::2], edges[1::2], strict=True))
    return Heard(tuple((start[0], end[0]) for start, end in pairs), tuple((s[1], e[1]) for s, e in pairs), elapsed_s)


def _frames(intervals: Sequence[Interval], samples: int) -> NDArray[np.bool_]:
    frames = np.zeros(samples // FRAME, np.bool_)
    for start, end in intervals:
        frames[max(0, round(start * TELEPHONE_HZ / FRAME)) : round(end * TELEPHONE_HZ / FRAME)] = True
    return frames


def _edge_errors(truth: Sequence[Interval], heard: Heard, side: int) -> list[Interval]:
    """(error, delay) of every true edge that has a reported one within half a second."""
    found = [(interval[side], known[side]) for interval, known in zip(heard.speech, heard.known, strict=True)]
    errors = []
    for interval in truth:
        near = min(found, key=lambda edge: abs(edge[0] - interval[side]), default=None)
        if near and abs(near[0] - interval[side]) < NEAR_S:
            errors.append((near[0] - interval[side], near[1] - interval[side]))
    return errors
