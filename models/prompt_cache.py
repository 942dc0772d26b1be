"""Remembers what a voice has said: the same sentence in the same voice is synthesised once, also across restarts."""

import hashlib
import logging
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.tts import Language, TtsEngine

_FORMAT: Final = 1
"""Raise it when mastering changes: old files are then no longer found."""

log = logging.getLogger(__name__)


class PromptCache:
    """A voice with a memory: itself a TtsEngine. Thread-safe.

    In memory the sentences used last are kept, up to `capacity_bytes`; on disk only those that are `kept`, the
    company's fixed prompts. What a caller was told (names, orders) is never written to disk.
    """

    def __init__(self, engine: TtsEngine, *, directory: Path | None = None, capacity_bytes: int = 32 << 20) -> None:
        self._engine = engine
        self._directory = directory
        self._capacity_bytes = capacity_bytes
        self._used_bytes = 0
        self._memory: OrderedDict[str, NDArray[np.int16]] = OrderedDict()
        self._lock = threading.Lock()
        self._fails = False

    @property
    def name(self) -> str:
        return self._engine.name

    def synthesize(self, sentence: str, *, language: Language) -> NDArray[np.int16]:
        """From memory, else by the engine. The array is shared: read-only."""
        return self._find(sentence, language, None)

    def keep(self, sentence: str, *, language: Language) -> NDArray[np.int16]:
        """Like synthesize, for a fixed prompt: looked up and written on disk too."""
        return self._find(sentence, language, self._directory)

    def _find(self, sentence: str, language: Language, directory: Path | None) -> NDArray[np.int16]:
        key = hashlib.sha256(f"{_FORMAT}\0{self.name}\0{language}\0{sentence}".encode(errors="replace")).hexdigest()
        with self._lock:
            if key in self._memory:
                self._memory.move_to_end(key)
                return self._memory[key]
        path = directory / f"{key}.pcm" if directory is not None else None
        samples = _read(path) if path is not None else None
        if samples is None:
            samples = self._engine.synthesize(sentence, language=language)
            if path is not None:
                self._write(path, samples)
        samples.flags.writeable = False
        self._remember(key, samples)
        return samples

    def _remember(self, key: str, samples: NDArray[np.int16]) -> None:
        with self._lock:
            replaced = self._memory.pop(key, None)
            self._memory[key] = samples
            self._used_bytes += samples.nbytes - (replaced.nbytes if replaced is not None else 0)
            while self._used_bytes > self._capacity_bytes and self._memory:
                self._used_bytes -= self._memory.popitem(last=False)[1].nbytes

    def _write(self, path: Path, samples: NDArray[np.int16]) -> None:
        """By renaming, so that a crash leaves no half prompt. A full disk costs the cache, not the call; it is told
        once, not for each of a hundred prompts."""
        unfinished = path.with_suffix(f".{threading.get_ident()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(samples.tobytes())
            unfinished.replace(path)
        except OSError as error:
            if not self._fails:
                log.warning("prompt cache %s cannot be written (%s); free space or change data_dir", path.parent, error)
            self._fails = True
        else:
            self._fails = False


def _read(path: Path) -> NDArray[np.int16] | None:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("prompt cache %s is unreadable (%s); the prompt is synthesised again", path, error)
        return None
    return np.frombuffer(content, np.int16).copy() if content and len(content) % 2 == 0 else None
