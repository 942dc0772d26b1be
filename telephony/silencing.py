"""Takes stretches out of a finished recording: silence of the same length on both channels."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from telephony.audio import SAMPLE_RATE_HZ
from telephony.recorder import BLOCK_BYTES, HEADER_BYTES

_CHUNK_BYTES: Final = 1 << 20


def silence(path: Path, stretches_ms: Iterable[tuple[int, int]]) -> None:
    """Rewrites the recording at `path`, which nobody records into any more. Doing it again changes nothing.

    The file is whole at every moment: a copy is changed, brought to disk, and takes the old one's place. What a crash
    leaves of the copy is overwritten the next time. Raises OSError; the recording is then as it was.
    """
    copy = path.with_suffix(".silencing")
    shutil.copyfile(path, copy)
    with copy.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        for begin_ms, end_ms in stretches_ms:
            begin, end = (min(size, HEADER_BYTES + _bytes(ms)) for ms in (max(0, begin_ms), max(0, end_ms)))
            file.seek(begin)
            for start in range(begin, end, _CHUNK_BYTES):
                file.write(bytes(min(_CHUNK_BYTES, end - start)))
        file.flush()
        os.fsync(file.fileno())
    copy.chmod(path.stat().st_mode & 0o777)
    copy.replace(path)
    _sync_folder(path.parent)


def _bytes(ms: int) -> int:
    return ms * SAMPLE_RATE_HZ // 1000 * BLOCK_BYTES


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
