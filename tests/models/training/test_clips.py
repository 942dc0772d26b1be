"""Invariant: clips sound as their channel says, and the same seed gives the same held-out utterances."""

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from models.training.channel import Channel, Codec, equalise, g711, lose_packets, transmit
from models.training.clips import noise_clip
from models.training.corpus import held_out
from models.training.evaluate import edits, held_out_clips
from models.training.voices import HELD_OUT, LANGUAGES


def tone(seconds: float = 1.0, level: float = 0.3) -> NDArray[np.float32]:
    t = np.arange(int(seconds * 16_000), dtype=np.float32) / 16_000
    return (level * np.sin(2 * np.pi * 440 * t)).astype(np.float32)


def level_db(samples: NDArray[np.int16]) -> float:
    return float(20 * np.log10(np.sqrt(np.mean((samples / 32768.0) ** 2)) + 1e-9))


@pytest.mark.parametrize("codec", ["pcma", "pcmu"])
def test_g711_keeps_a_tone_within_its_quantisation_noise(codec: Codec) -> None:
    samples = tone() * 32767
    error = g711(samples, codec) - samples
    assert 30 < 10 * np.log10(np.mean(samples**2) / np.mean(error**2)) < 45


def test_level_and_noise_are_what_the_channel_says() -> None:
    rng = np.random.default_rng(1)
    noise = rng.standard_normal(8000).astype(np.float32)
    quiet = transmit(tone(), 16_000, noise, Channel(level_db=-26), rng)
    assert level_db(quiet) == pytest.approx(-26, abs=0.5)
    noisy = transmit(tone(), 16_000, noise, Channel(level_db=-26, snr_db=10), rng)
    difference = noisy.astype(np.float32) - quiet
    assert level_db(difference.astype(np.int16)) == pytest.approx(-36, abs=1)


def test_the_equaliser_raises_one_end_and_lowers_the_other() -> None:
    noise = np.random.default_rng(4).standard_normal(16_000).astype(np.float32)
    power = np.abs(np.fft.rfft(equalise(noise, (-10, 10)))) ** 2 / np.abs(np.fft.rfft(noise)) ** 2
    assert 10 * np.log10(power[100]) == pytest.approx(-9.8, abs=0.5)
    assert 10 * np.log10(power[-100]) == pytest.approx(9.8, abs=0.5)


def test_lost_packets_are_silent_and_others_untouched() -> None:
    samples = np.full(8000, 1000, dtype=np.int16)
    heard = lose_packets(samples, 0.3, np.random.default_rng(2)).reshape(-1, 160)
    assert set(np.unique(heard)) == {0, 1000}
    assert all(len(np.unique(packet)) == 1 for packet in heard)
    assert 5 < sum(packet[0] == 0 for packet in heard) < 25


def test_noise_clips_say_nothing() -> None:
    bed = np.random.default_rng(3).standard_normal(8000).astype(np.float32)
    made = noise_clip(1.5, Channel(level_db=-20, snr_db=20), {"white": bed}, random.Random(1))
    assert made.text == ""
    assert made.audio.size == 12_000
    assert level_db(made.audio) == pytest.approx(-40, abs=2)


def test_held_out_clips_are_unseen_and_come_again() -> None:
    clips = held_out_clips(10, seed=7)
    again = held_out_clips(10, seed=7)
    assert [(c.text, c.voice, c.language, c.condition) for c in clips] == [
        (c.text, c.voice, c.language, c.condition) for c in again
    ]
    assert all(held_out(clip.text) for clip in clips)
    assert {clip.language for clip in clips} == set(LANGUAGES)
    assert 3 <= sum(clip.voice in HELD_OUT for clip in clips) <= 7
    assert all(clip.audio.dtype == np.int16 and clip.audio.size > 2000 for clip in clips)


@pytest.mark.parametrize(
    ("reference", "hypothesis", "expected"), [("", "", 0), ("查订单", "", 3), ("", "嗯", 1), ("查订单", "查单号", 2)]
)
def test_edits_count_insertions_deletions_and_substitutions(reference: str, hypothesis: str, expected: int) -> None:
    assert edits(reference, hypothesis) == expected
