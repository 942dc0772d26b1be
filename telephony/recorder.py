"""Two-channel recording of a call, playable up to its last second even when the process is killed."""

import logging
import os
import struct
import threading
import time
from collections import deque
from collections.abc import Sequence
from io import FileIO
from pathlib import Path
from typing import Final

import numpy as np

from telephony.audio import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame

_HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")
_CHANNELS: Final = 2
BLOCK_BYTES: Final = 2 * _CHANNELS
HEADER_BYTES: Final = _HEADER.size
_LARGEST_DATA: Final = 0xFFFFFFFF - _HEADER.size
_SILENCE: Final = np.zeros(FRAME_SAMPLES, np.int16)
_LONGEST_QUEUE_FRAMES: Final = 1500
"""A disk that does not take audio for so long (30 s) counts as failed."""

_log = logging.getLogger(__name__)


class RecordingThread:
    """The thread that does the disk's work for any number of recorders, one after the other, evenly spread.

    One a process: a thread for every call would have hundreds wake up at once and hold up the media clock. It runs
    only while there are recorders.
    """

    def __init__(self, *, flush_s: float = 0.5) -> None:
        """flush_s: how often each recording is brought up to date."""
        self._flush_s = flush_s
        self._recorders: list[Recorder] = []
        self._lock = threading.Lock()
        self._running = False

    def add(self, recorder: "Recorder") -> None:
        with self._lock:
            self._recorders.append(recorder)
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="recordings", daemon=True).start()

    def _run(self) -> None:
        while recorders := self._remaining():
            for recorder in recorders:
                time.sleep(self._flush_s / len(recorders))
                recorder.flush()

    def _remaining(self) -> list["Recorder"]:
        with self._lock:
            self._recorders = [recorder for recorder in self._recorders if not recorder.finished]
            self._running = bool(self._recorders)
            return list(self._recorders)


class Recorder:
    """Writes a WAV file, 16 bit at 8 kHz: caller on the left, assistant on the right, both on the call's clock.

    The loop only appends to a queue; a thread opens, writes and closes the file. After every flush the lengths in the
    header are right, so the file plays whatever happens next. When the disk fails, the recording ends there with one
    line in the log, and the call goes on.
    """

    def __init__(self, path: Path, *, flush_s: float = 0.5, thread: RecordingThread | None = None) -> None:
        """thread: shared by all recorders of the process; without it this one has a thread of its own."""
        self.path = path
        self.paused = False
        """While True silence is recorded in place of what is said, so that times stay true."""
        self.truncated = False
        """True once audio was lost because the disk was full, broken or much too slow."""
        self._frames: deque[tuple[Frame, Frame]] = deque()
        self._file: FileIO | None = None
        self._data_bytes = 0
        self._closing = False
        self._finished = threading.Event()
        (thread or RecordingThread(flush_s=flush_s)).add(self)

    @property
    def finished(self) -> bool:
        """True once the file is closed."""
        return self._finished.is_set()

    def write(self, inbound: Frame, outbound: Frame) -> None:
        """One tick of the call. Never waits. The arrays must not be changed afterwards."""
        if self.truncated:
            return
        self._frames.append((_SILENCE, _SILENCE) if self.paused else (inbound, outbound))
        if len(self._frames) > _LONGEST_QUEUE_FRAMES:
            self._give_up("the disk took no audio for half a minute")

    def close(self) -> None:
        """Has the rest written and the file closed, without waiting for it. Idempotent."""
        self._closing = True

    def join(self, timeout_s: float | None = None) -> bool:
        """Waits until the file is closed; blocks, so not on the event loop. False when the time ran out."""
        return self._finished.wait(timeout_s)

    def flush(self) -> None:
        """Brings the file up to date, and closes it when that was asked for. Called by the recording thread."""
        closing = self._closing  # read before the queue, so that the last frames are not left behind
        try:
            if not self.truncated:
                self._write_queued()
        except OSError as error:
            self._give_up(error.strerror or str(error))
        if closing:
            if self._file is not None:
                self._file.close()
            self._finished.set()

    def _write_queued(self) -> None:
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = FileIO(self.path, "wb")
            self._file.write(_header(0))
        frames = [self._frames.popleft() for _ in range(len(self._frames))]
        if frames:
            self._data_bytes += _append(self._file.fileno(), _interleaved(frames), self._data_bytes)

    def _give_up(self, why: str) -> None:
        if not self.truncated:
            self.truncated = True
            self._frames.clear()
            _log.error(
                "recording %s stopped early: %s. The call goes on. Free or repair the disk under recording.dir",
                self.path,
                why,
            )


def _append(descriptor: int, data: bytes, written: int) -> int:
    """Audio first, then the lengths: the header never promises what is not there."""
    size = 0
    while size < len(data):
        size += os.pwrite(descriptor, data[size:], _HEADER.size + written + size)
    os.pwrite(descriptor, _header(written + size), 0)
    return size


def _interleaved(frames: Sequence[tuple[Frame, Frame]]) -> bytes:
    stereo = np.empty((len(frames), FRAME_SAMPLES, _CHANNELS), np.int16)
    np.stack([inbound for inbound, _ in frames], out=stereo[:, :, 0])
    np.stack([outbound for _, outbound in frames], out=stereo[:, :, 1])
    return stereo.tobytes()


def _header(data_bytes: int) -> bytes:
    size = min(data_bytes, _LARGEST_DATA)
    rate = SAMPLE_RATE_HZ
    return _HEADER.pack(
        b"RIFF",
        size + _HEADER.size - 8,
        b"WAVE",
        b"fmt ",
        16,
        1,
        _CHANNELS,
        rate,
        rate * BLOCK_BYTES,
        BLOCK_BYTES,
        16,
        b"data",
        size,
    )
