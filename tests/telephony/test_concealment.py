"""A lost packet is heard less through the substitute than through silence; long losses fade away; where nothing is lost
nothing is changed. Measured on real 8 kHz speech, not on tones."""

import wave
from pathlib import Path

import numpy as np
import pytest

from telephony.audio import SILENCE
from telephony.concealment import Concealer

SPEECH = Path(__file__).parents[3] / "shared/data/speech_en_telephone/audio"
FRAME = 160


@pytest.fixture(scope="module")
def frames() -> np.ndarray:
    """[n, 160]: the spoken digits of six people, end to end."""
    clips = sorted(SPEECH.glob("fsdd_*.wav"))
    if not clips:
        pytest.skip("the telephone speech of shared/data is not here")
    samples = []
    for clip in clips:
        with wave.open(str(clip)) as file:
            samples.append(np.frombuffer(file.readframes(file.getnframes()), np.int16))
    joined = np.concatenate(samples)
    return joined[: joined.size // FRAME * FRAME].reshape(-1, FRAME)


def conceal(frames: np.ndarray, lost: np.ndarray) -> np.ndarray:
    concealer = Concealer()
    heard = [concealer.lost() if gone else concealer.received(f) for f, gone in zip(frames, lost, strict=True)]
    return np.stack(heard)


def log_spectra(frames: np.ndarray) -> np.ndarray:
    power = np.abs(np.fft.rfft(frames * np.hanning(FRAME), axis=1)) ** 2
    return 10 * np.log10(power + 1e3)


def spectral_distance(heard: np.ndarray, spoken: np.ndarray) -> float:
    """Mean distance of log spectra in dB."""
    return float(np.sqrt(((log_spectra(heard) - log_spectra(spoken)) ** 2).mean(axis=1)).mean())


@pytest.mark.parametrize("burst", [1, 2])
def test_the_substitute_is_much_nearer_to_the_lost_speech_than_silence(frames: np.ndarray, burst: int) -> None:
    random = np.random.default_rng(7)
    lost = np.repeat(random.random(-(-len(frames) // burst)) < 0.1, burst)[: len(frames)]
    heard = conceal(frames, lost)
    voiced = lost & (np.sqrt((frames.astype(float) ** 2).mean(axis=1)) > 500)
    assert voiced.sum() > 50
    to_silence = spectral_distance(np.zeros_like(frames[voiced]), frames[voiced])
    to_substitute = spectral_distance(heard[voiced], frames[voiced])
    assert to_substitute < 0.5 * to_silence


def test_the_substitute_follows_the_wave_of_steady_vowels(frames: np.ndarray) -> None:
    """Sample by sample: in the most regular frames the error is well below that of silence."""
    lost = np.zeros(len(frames), bool)
    lost[5::7] = True
    heard = conceal(frames, lost).astype(float)
    spoken = frames.astype(float)
    energy = (spoken**2).sum(axis=1)
    error = ((heard - spoken) ** 2).sum(axis=1)
    loud = lost & (energy > np.quantile(energy, 0.7))
    assert np.median(error[loud] / energy[loud]) < 0.9


def test_speech_without_loss_passes_unchanged(frames: np.ndarray) -> None:
    assert np.array_equal(conceal(frames, np.zeros(len(frames), bool)), frames)


def test_a_long_loss_fades_to_silence_within_60_ms(frames: np.ndarray) -> None:
    loud = int(np.argmax((frames.astype(float) ** 2).sum(axis=1)))
    lost = np.zeros(len(frames), bool)
    lost[loud + 1 : loud + 11] = True
    levels = np.sqrt((conceal(frames, lost).astype(float) ** 2).mean(axis=1))[loud + 1 : loud + 11]
    assert levels[0] > levels[1] > levels[2]
    assert not levels[3:].any()


def test_the_real_speech_after_a_loss_is_joined_without_a_click() -> None:
    """A steady tone in opposite phase after the gap: no step larger than the tone itself makes."""
    tone = (8000 * np.sin(2 * np.pi * 200 * np.arange(12 * FRAME) / 8000 + 1)).astype(np.int16).reshape(-1, FRAME)
    lost = np.zeros(12, bool)
    lost[5:7] = True
    tone[7:] = -tone[7:]
    heard = conceal(tone, lost).reshape(-1).astype(int)
    assert np.abs(np.diff(heard)).max() < 2.2 * np.abs(np.diff(tone[0].astype(int))).max()


def test_a_call_that_begins_with_a_loss_begins_with_silence() -> None:
    assert not Concealer().lost().any()


def test_concealing_never_writes_into_the_frames_it_was_given() -> None:
    concealer = Concealer()
    concealer.received(SILENCE)
    frame = np.full(FRAME, 1000, np.int16)
    concealer.lost()
    concealer.received(frame)
    assert (frame == 1000).all()
