"""The drawn shape of a recording is its own, is kept, and a damaged file is said to be one."""

from pathlib import Path

import numpy as np
import pytest

from tests.wav import write_wav
from voicebot.console.peaks import NotARecording, peaks_of


def record(path: Path, caller: list[int], assistant: list[int]) -> Path:
    """Each value is the loudness of 50 ms."""
    return write_wav(path, np.repeat(np.array([caller, assistant], "<i2").T, 400, axis=0))


def test_each_channel_has_the_loudest_sample_of_every_50_ms(tmp_path: Path) -> None:
    peaks = peaks_of(record(tmp_path / "a.wav", [0, 16384, -32768], [128, 0, 32767]), tmp_path / "a.peaks")
    assert list(peaks.caller) == [0, 128, 255]
    assert list(peaks.assistant) == [1, 0, 255]
    assert peaks.seconds == pytest.approx(0.15)


def test_they_are_kept_until_the_recording_changes(tmp_path: Path) -> None:
    recording, cache = record(tmp_path / "a.wav", [0, 1000], [0, 0]), tmp_path / "cache" / "a.peaks"
    first = peaks_of(recording, cache)
    kept = cache.stat().st_mtime_ns
    assert peaks_of(recording, cache) == first and cache.stat().st_mtime_ns == kept
    record(recording, [16384, 16384, 16384], [0, 0, 0])
    assert list(peaks_of(recording, cache).caller) == [128, 128, 128]


def test_a_damaged_cache_is_computed_anew_and_one_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    recording, cache = record(tmp_path / "a.wav", [256], [0]), tmp_path / "a.peaks"
    cache.write_bytes(b"nonsense")
    assert list(peaks_of(recording, cache).caller) == [2]
    (tmp_path / "file").write_text("in the way")
    assert list(peaks_of(recording, tmp_path / "file" / "a.peaks").caller) == [2]


@pytest.mark.parametrize("content", [b"", b"RIFF", b"x" * 1000])
def test_what_is_no_recording_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(NotARecording):
        peaks_of(tmp_path / "a.wav", tmp_path / "a.peaks")
    with pytest.raises(NotARecording):
        peaks_of(tmp_path / "gone.wav", tmp_path / "a.peaks")
