"""Where somebody speaks in a recording, and how long a caller waited for each reply. From the audio alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from telephony.audio import FULL_SCALE, SAMPLE_RATE_HZ, Samples

WINDOW_MS: Final = 10
LOUD_DBFS: Final = -45.0
"""Speech on a telephone line lies near -20 dBFS, an idle A-law line at -72."""
SHORTEST_SPEECH_MS: Final = 50
"""Shorter noises are clicks."""
SAME_UTTERANCE_MS: Final = 700
"""Pauses up to this length lie within one utterance of a caller."""
_WINDOW: Final = SAMPLE_RATE_HZ * WINDOW_MS // 1000


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of speech, in milliseconds from the beginning of the recording."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a caller said and when the answer began; latency None when none came before the caller spoke again."""

    said: Span
    reply_started_ms: int | None

    @property
    def reply_latency_ms(self) -> int | None:
        return None if self.reply_started_ms is None else self.reply_started_ms - self.said.end_ms


def speech_spans(samples: Samples, *, join_ms: int = 200, loud_dbfs: float = LOUD_DBFS) -> list[Span]:
    """Speech in mono audio at 8 kHz, to 10 ms; pauses up to `join_ms` do not divide a span."""
    loud = np.flatnonzero(_window_levels(samples) > loud_dbfs)
    if loud.size == 0:
        return []
    breaks = np.flatnonzero(np.diff(loud) > join_ms // WINDOW_MS + 1)
    starts = loud[np.concatenate(([0], breaks + 1))]
    ends = loud[np.concatenate((breaks, [loud.size - 1]))] + 1
    spans = [Span(int(a) * WINDOW_MS, int(b) * WINDOW_MS) for a, b in zip(starts, ends, strict=True)]
    return [span for span in spans if span.end_ms - span.start_ms >= SHORTEST_SPEECH_MS]


def exchanges(caller: Samples, assistant: Samples) -> list[Exchange]:
    """Every utterance of the caller with the beginning of its reply, from the two channels of a recording."""
    said = speech_spans(caller, join_ms=SAME_UTTERANCE_MS)
    replies = speech_spans(assistant)
    ends = [span.start_ms for span in said[1:]] + [len(assistant) * 1000 // SAMPLE_RATE_HZ]
    return [Exchange(span, reply_start(replies, span.end_ms, end)) for span, end in zip(said, ends, strict=True)]


def reply_start(replies: Sequence[Span], after_ms: int, before_ms: int) -> int | None:
    """When the first stretch of speech within these times begins."""
    return next((span.start_ms for span in replies if after_ms <= span.start_ms < before_ms), None)


def _window_levels(samples: Samples) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """RMS level of each whole 10 ms window in dBFS; [windows]."""
    windows = samples[: samples.size // _WINDOW * _WINDOW].reshape(-1, _WINDOW).astype(np.float64)
    levels: np.ndarray[tuple[int], np.dtype[np.float64]] = 10 * np.log10(
        (windows**2).mean(axis=1) / FULL_SCALE**2 + 1e-12
    )
    return levels
