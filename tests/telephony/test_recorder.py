"""Whatever happens to the process, the disk or the call, what was recorded plays, both sides on one clock."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from telephony.audio import FRAME_S, FRAME_SAMPLES
from telephony.recorder import Recorder, RecordingThread
from tests.wav import read_wav

ENDLESS_CALL = """
import sys, time
from pathlib import Path
import numpy as np
from telephony.recorder import Recorder
recorder = Recorder(Path(sys.argv[1]))
for n in range(10_000):
    recorder.write(np.full(160, n % 1000, np.int16), np.full(160, -(n % 1000), np.int16))
    print(n, flush=True)
    time.sleep(0.02)
"""


def frame(value: int) -> np.ndarray:
    return np.full(FRAME_SAMPLES, value, np.int16)


def test_the_caller_is_on_the_left_and_the_assistant_on_the_right(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "deep" / "call.wav", flush_s=0.01)
    for n in range(100):
        recorder.write(frame(n), frame(-n))
    recorder.close()
    assert recorder.join(30)
    audio = read_wav(recorder.path)
    expected = np.repeat(np.arange(100), FRAME_SAMPLES)
    assert np.array_equal(audio[:, 0], expected)
    assert np.array_equal(audio[:, 1], -expected)


def test_a_pause_is_silence_of_the_same_length(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "call.wav", flush_s=0.01)
    for n in range(30):
        recorder.paused = 10 <= n < 20
        recorder.write(frame(7), frame(-7))
    recorder.close()
    assert recorder.join(30)
    loud = np.abs(read_wav(recorder.path)).max(axis=1)
    assert np.array_equal(loud, np.repeat([7, 0, 7], 10 * FRAME_SAMPLES))


def test_after_kill_minus_9_the_recording_plays_up_to_the_last_second(tmp_path: Path) -> None:
    path = tmp_path / "killed.wav"
    call = subprocess.Popen([sys.executable, "-c", ENDLESS_CALL, str(path)], stdout=subprocess.PIPE, text=True)
    assert call.stdout is not None
    spoken = 0
    while spoken < 2.5 / FRAME_S:
        spoken = int(call.stdout.readline())
    call.kill()
    call.wait()
    audio = read_wav(path)
    heard = audio.shape[0] // FRAME_SAMPLES
    assert spoken - heard <= 50
    assert np.array_equal(audio[::FRAME_SAMPLES, 0], np.arange(heard) % 1000)


def test_a_full_disk_ends_the_recording_with_one_line_and_not_the_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    full = tmp_path / "full.wav"
    full.symlink_to("/dev/full")
    recorder = Recorder(full, flush_s=0.01)
    for n in range(50):
        recorder.write(frame(n), frame(n))
        time.sleep(0.002)
    recorder.close()
    assert recorder.join(30)
    assert recorder.truncated
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 1
    assert "No space left on device" in lines[0] and "recording.dir" in lines[0]


def test_a_folder_that_cannot_be_written_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    recorder = Recorder(tmp_path / "file" / "call.wav", flush_s=0.01)
    recorder.write(frame(1), frame(1))
    time.sleep(0.05)
    recorder.close()
    assert recorder.join(30)
    assert (recorder.truncated, len(caplog.records)) == (True, 1)


def test_many_recordings_share_one_thread_and_each_is_whole(tmp_path: Path) -> None:
    thread = RecordingThread(flush_s=0.05)
    recorders = [Recorder(tmp_path / f"{n}.wav", thread=thread) for n in range(30)]
    for n in range(100):
        for number, recorder in enumerate(recorders):
            recorder.write(frame(number), frame(n))
    for recorder in recorders:
        recorder.close()
    for number, recorder in enumerate(recorders):
        assert recorder.join(30)
        audio = read_wav(recorder.path)
        assert (audio[:, 0] == number).all()
        assert audio.shape == (100 * FRAME_SAMPLES, 2)


def test_the_thread_ends_with_its_last_recording_and_serves_the_next(tmp_path: Path) -> None:
    thread = RecordingThread(flush_s=0.01)
    for n in range(3):
        recorder = Recorder(tmp_path / f"{n}.wav", thread=thread)
        recorder.write(frame(n), frame(n))
        recorder.close()
        assert recorder.join(30)
        time.sleep(0.03)
        assert read_wav(recorder.path).shape == (FRAME_SAMPLES, 2)
