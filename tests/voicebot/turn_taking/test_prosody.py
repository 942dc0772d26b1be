"""Pitch and loudness at the end of speech are measured right, and nothing is said where there is nothing to measure."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from voicebot.turn_taking.prosody import contour, falling

RATE_HZ = 8_000


def voice(start_hz: float, end_hz: float, *, seconds: float = 1.0, fall_db: float = 0.0) -> NDArray[np.int16]:
    """A buzz of ten harmonics that glides from one pitch to another and grows softer."""
    count = round(seconds * RATE_HZ)
    pitch_hz = np.geomspace(start_hz, end_hz, count)
    phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ
    wave = sum(np.sin(k * phase) / k for k in range(1, 11))
    loudness = 10 ** (-fall_db * np.linspace(0, 1, count) / 20)
    return np.asarray(4_000 * loudness * wave, np.int16)


@pytest.mark.parametrize("pitch_hz", [90.0, 120.0, 180.0, 240.0, 350.0])
def test_the_pitch_of_a_steady_voice_is_found(pitch_hz: float) -> None:
    pitch_st, _ = contour(voice(pitch_hz, pitch_hz), RATE_HZ)
    assert np.nanmedian(2 ** (pitch_st / 12)) == pytest.approx(pitch_hz, rel=0.05)


def test_a_voice_that_falls_and_fades_sounds_more_final_than_a_steady_one_and_that_more_than_a_rising_one() -> None:
    falls, stays, rises = (
        falling(voice(200, 130, fall_db=12)),
        falling(voice(180, 180)),
        falling(voice(150, 200, fall_db=-6)),
    )
    assert falls is not None
    assert stays is not None
    assert rises is not None
    assert falls > 0.6 > stays > rises


def test_the_pause_after_the_speech_changes_little() -> None:
    speech = voice(200, 140, fall_db=6)
    paused = np.concatenate([speech, np.zeros(1_600, np.int16)])
    at_once, later = falling(speech), falling(paused)
    assert at_once is not None
    assert later == pytest.approx(at_once, abs=0.1)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(0, np.int16),
        np.zeros(8_000, np.int16),
        np.random.default_rng(1).normal(0, 2_000, 8_000).astype(np.int16),
        voice(200, 180, seconds=0.15),
    ],
    ids=["nothing", "silence", "noise", "a syllable"],
)
def test_without_voiced_speech_there_is_no_answer(samples: NDArray[np.int16]) -> None:
    assert falling(samples) is None


@given(arrays.arrays(np.int16, st.integers(0, 12_000)))
def test_any_audio_gives_a_share_or_nothing(samples: NDArray[np.int16]) -> None:
    answer = falling(samples)
    assert answer is None or 0.0 <= answer <= 1.0
