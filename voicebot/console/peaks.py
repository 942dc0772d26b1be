"""The shape of a recording's two channels, for drawing: computed once, then kept beside the other caches."""

from __future__ import annotations

import base64
import os
import struct
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from telephony.audio import Samples

PER_SECOND: Final = 20
"""Peaks; one each 50 ms, finer than a screen shows of a call."""
_FULL_SCALE: Final = 32768
_HEADER: Final = struct.Struct("<qqII")
"""Size and time of change of the recording that the peaks were computed from, number of peaks, its milliseconds."""
_BLOCK_FRAMES: Final = 1 << 20


class NotARecording(Exception):
    """The file is no two-channel recording of 16 bit, or cannot be read."""


@dataclass(frozen=True, slots=True)
class Peaks:
    """Loudest sample of each 50 ms, 0..255, of caller and assistant."""

    caller: bytes
    assistant: bytes
    seconds: float

    def as_base64(self) -> tuple[str, str]:
        return base64.b64encode(self.caller).decode(), base64.b64encode(self.assistant).decode()


def peaks_of(recording: Path, cache: Path) -> Peaks:
    """Blocks: to be called on a thread. Raises NotARecording.

    cache: file that keeps the result; used as long as the recording does not change, written where that is possible.
    """
    try:
        status = recording.stat()
        found = _cached(cache, status)
        if found is None:
            found = _computed(recording)
            _keep(cache, status, found)
    except (OSError, wave.Error, EOFError) as error:
        raise NotARecording(f"{recording.name}: {error}") from error
    return found


def _computed(recording: Path) -> Peaks:
    with wave.open(str(recording), "rb") as file:
        if file.getnchannels() != 2 or file.getsampwidth() != 2:
            raise NotARecording(f"{recording.name} is not a recording of two channels of 16 bit")
        rate = file.getframerate()
        step = rate // PER_SECOND
        loudest, frames = [], 0
        while block := file.readframes(_BLOCK_FRAMES // step * step):
            samples = np.frombuffer(block, "<i2").reshape(-1, 2)
            frames += len(samples)
            loudest.append(_loudest(samples, step))
    peaks = np.concatenate(loudest) if loudest else np.zeros((0, 2), np.uint8)
    return Peaks(peaks[:, 0].tobytes(), peaks[:, 1].tobytes(), frames / rate)


def _loudest(samples: Samples, step: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    rest = -len(samples) % step
    whole = np.pad(samples.astype(np.int32), ((0, rest), (0, 0)))
    peaks = np.abs(whole).reshape(-1, step, 2).max(axis=1)
    shown: np.ndarray[tuple[int, int], np.dtype[np.uint8]] = np.minimum(255, peaks * 256 // _FULL_SCALE).astype(
        np.uint8
    )
    return shown


def _cached(cache: Path, recording: os.stat_result) -> Peaks | None:
    try:
        content = cache.read_bytes()
        size, changed, count, milliseconds = _HEADER.unpack_from(content)
    except (OSError, struct.error):
        return None
    if (size, changed) != (recording.st_size, recording.st_mtime_ns) or len(content) != _HEADER.size + 2 * count:
        return None
    caller = content[_HEADER.size : _HEADER.size + count]
    return Peaks(caller, content[_HEADER.size + count :], milliseconds / 1000)


def _keep(cache: Path, recording: os.stat_result, peaks: Peaks) -> None:
    """Written under another name first: whoever reads meanwhile sees the old file or the whole new one."""
    header = _HEADER.pack(recording.st_size, recording.st_mtime_ns, len(peaks.caller), round(1000 * peaks.seconds))
    try:
        cache.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        half_done = cache.with_suffix(f".{os.getpid()}")
        half_done.write_bytes(header + peaks.caller + peaks.assistant)
        half_done.replace(cache)
    except OSError:
        pass  # a full disk costs the time to compute them again, nothing else
