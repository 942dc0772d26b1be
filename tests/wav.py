"""Sound in files, 16 bit: what a test hands to a telephone or finds in a recording."""

import wave
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def write_wav(path: Path, *pieces: NDArray[Any], rate_hz: int = 8000) -> Path:
    """pieces: one after the other, each of one channel or [samples, channels]."""
    sound = np.concatenate(pieces)
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if sound.ndim == 1 else sound.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(sound.astype("<i2").tobytes())
    return path


def read_wav(path: Path) -> NDArray[np.int16]:
    """[samples] of one channel at 8 kHz, [samples, channels] of several."""
    with wave.open(str(path)) as file:
        assert (file.getsampwidth(), file.getframerate()) == (2, 8000)
        sound = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        return sound if file.getnchannels() == 1 else sound.reshape(-1, file.getnchannels())


def read_sides(path: Path) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """The caller and our side of a recording."""
    caller, ours = read_wav(path).T
    return caller.copy(), ours.copy()
