"""What is to be silenced is gone from both sides of the recording, all else stays, and a crash breaks nothing."""

from pathlib import Path

import numpy as np
import pytest

from telephony.audio import FRAME_SAMPLES
from telephony.recorder import Recorder
from telephony.silencing import silence
from tests.wav import read_wav


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Two seconds."""
    recorder = Recorder(tmp_path / "call.wav", flush_s=0.01)
    for _ in range(100):
        recorder.write(np.full(FRAME_SAMPLES, 7, np.int16), np.full(FRAME_SAMPLES, -7, np.int16))
    recorder.close()
    assert recorder.join(5)
    return recorder.path


def loudness(path: Path) -> np.ndarray:
    """Of both channels, sample by sample."""
    return np.asarray(np.abs(read_wav(path)).sum(axis=1))


def test_stretches_are_silent_and_the_rest_is_as_it_was(recording: Path) -> None:
    silence(recording, [(500, 700), (1900, 99_999), (-300, 10)])
    expected = np.full(16_000, 14)
    expected[4000:5600] = expected[15_200:] = expected[:80] = 0
    assert np.array_equal(loudness(recording), expected)
    once = recording.read_bytes()
    silence(recording, [(500, 700), (1900, 99_999), (-300, 10)])
    assert recording.read_bytes() == once
    assert [path.name for path in recording.parent.iterdir()] == ["call.wav"]


def test_a_crash_before_the_end_leaves_the_old_recording_and_the_next_try_succeeds(
    recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = recording.read_bytes()
    with monkeypatch.context() as crash, pytest.raises(OSError, match="power"):
        crash.setattr("os.fsync", _power_cut)
        silence(recording, [(0, 2000)])
    assert recording.read_bytes() == before
    silence(recording, [(0, 2000)])
    assert not loudness(recording).any()


def _power_cut(_descriptor: int) -> None:
    raise OSError("power cut")
