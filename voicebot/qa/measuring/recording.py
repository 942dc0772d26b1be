"""Hears a recording's two channels. Read in pieces: three hours need no more memory than one minute."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.silero import SileroVad
from voicebot.qa.measuring.ear import RATE_HZ, Ear, HeardSide

_PIECE_S: Final = 10
_CHANNELS: Final = 2


class RecordingUnreadable(Exception):
    """The file is missing, damaged, or no recording of two channels. The message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A recording."""

    length_ms: int
    caller: HeardSide
    ours: HeardSide


def listen(path: Path, judge: SileroVad) -> Heard:
    """Hears a recording from its first sample to its last, its channels at once. Raises RecordingUnreadable."""
    caller, ours, samples = Ear(judge), Ear(judge), 0
    with ThreadPoolExecutor(1, "ear") as beside:
        for piece in _pieces(path):
            hearing = beside.submit(caller.hear, piece[:, 0])
            ours.hear(piece[:, 1])
            hearing.result()
            samples += len(piece)
    return Heard(samples * 1000 // RATE_HZ, caller.heard(), ours.heard())


def _pieces(path: Path) -> Iterator[NDArray[np.int16]]:
    """[samples, channels] each."""
    try:
        with wave.open(str(path)) as file:
            form = (file.getnchannels(), 8 * file.getsampwidth(), file.getframerate())
            if form != (_CHANNELS, 16, RATE_HZ):
                raise RecordingUnreadable(
                    f"{path.name} has {form[0]} channel(s) of {form[1]} bits at {form[2]:,} Hz; measures need the "
                    "caller on the left and our side on the right, in 16 bits at 8,000 Hz"
                )
            while data := file.readframes(RATE_HZ * _PIECE_S):
                whole = len(data) // (2 * _CHANNELS) * _CHANNELS
                yield np.frombuffer(data, np.int16, count=whole).reshape(-1, _CHANNELS)
    except (OSError, EOFError, wave.Error) as error:
        reason = getattr(error, "strerror", None) or str(error) or "it ends too soon"
        raise RecordingUnreadable(f"{path.name} cannot be read: {reason}. Restore it from a backup") from error
