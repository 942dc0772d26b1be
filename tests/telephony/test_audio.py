"""Levels, rates and mixing are what their units say, and pieces resample to the same audio as the whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.audio import (
    FRAME_SAMPLES,
    QUIETEST_DBFS,
    SILENCE,
    StreamResampler,
    level_dbfs,
    mix,
    normalise_peak,
    resample,
)


def tone(hz: float, rate_hz: int, seconds: float, amplitude: float) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(int(rate_hz * seconds)) / rate_hz)).astype(np.int16)


def test_a_full_scale_sine_measures_3_db_below_full_scale() -> None:
    assert level_dbfs(tone(1000, 8000, 1, 32767)) == pytest.approx(-3.01, abs=0.02)
    assert level_dbfs(tone(1000, 8000, 1, 3276.7)) == pytest.approx(-23.01, abs=0.02)
    assert level_dbfs(SILENCE) == QUIETEST_DBFS
    assert level_dbfs(np.empty(0, np.int16)) == QUIETEST_DBFS


def test_resampling_keeps_pitch_level_and_length() -> None:
    clip = resample(tone(1000, 22050, 1, 10000), 22050)
    assert abs(clip.size - 8000) <= 1
    assert np.argmax(np.abs(np.fft.rfft(clip[:8000]))) == 1000
    assert level_dbfs(clip) == pytest.approx(level_dbfs(tone(1000, 8000, 1, 10000)), abs=0.2)


def test_a_stream_resampled_in_pieces_equals_the_whole() -> None:
    speech = tone(440, 22050, 1, 8000) + tone(1300, 22050, 1, 4000)
    stream = StreamResampler(22050)
    pieces = [stream.push(speech[at : at + 441]) for at in range(0, speech.size, 441)]
    pieces.append(stream.push(np.empty(0, np.int16), last=True))
    joined = np.concatenate(pieces).astype(float)
    whole = resample(speech, 22050).astype(float)
    size = min(joined.size, whole.size)
    assert abs(joined.size - whole.size) <= 1
    assert np.abs(joined[:size] - whole[:size]).max() <= 3


@given(st.integers(1, 32767), st.floats(-30, 0))
def test_normalising_puts_the_peak_where_it_is_asked_for(peak: int, target_dbfs: float) -> None:
    clip = np.array([0, peak, -peak // 2], np.int16)
    loudest = np.abs(normalise_peak(clip, target_dbfs).astype(int)).max()
    assert loudest == pytest.approx(min(32767, 32768 * 10 ** (target_dbfs / 20)), abs=1)


def test_silence_stays_silence_when_normalised() -> None:
    assert not normalise_peak(SILENCE).any()


def test_mixing_clips_instead_of_wrapping_round() -> None:
    loud = np.full(FRAME_SAMPLES, 30000, np.int16)
    assert mix(loud, loud).max() == 32767
    assert not mix(loud, -loud).any()


def test_the_shared_silence_cannot_be_written_into() -> None:
    with pytest.raises(ValueError, match="read-only"):
        SILENCE[0] = 1
