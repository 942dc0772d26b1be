"""Spoken sentences as they reach the recogniser: synthesised, varied, and sent through a telephone channel."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models import sichuan
from models.espeak import SAMPLE_RATE, Espeak
from models.training.channel import TELEPHONE_HZ, Audio, Channel, transmit
from models.training.spoken import spoken

_ESPEAK_LANGUAGE = {"cmn": "cmn", "yue": "yue", "cmn-sichuan": sichuan.VOICE}
_PAD_S = 0.25
"""Most silence kept before and after the speech, seconds."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One utterance with what was said."""

    text: str
    """Normalised reference: no punctuation, digit strings in Arabic numerals. Empty for noise alone."""
    language: str
    """One of `voices.LANGUAGES`."""
    voice: str
    """The espeak-ng variant."""
    condition: str
    """The kind of noise."""
    audio: NDArray[np.int16]
    """Samples at 8 kHz."""


def speak(text: str, language: str, voice: str, rng: random.Random) -> Audio:
    """`text` read by one voice at a random rate and pitch, with up to 0.25 s of silence around; 22,050 Hz."""
    words = spoken(text, language, rng)
    if language == "cmn-sichuan":
        words = sichuan.sichuan_pinyin(words)
    samples = Espeak().synthesize(
        words,
        f"{_ESPEAK_LANGUAGE[language]}+{voice}",
        rate=rng.randint(130, 210),
        pitch=rng.randint(30, 70),
    )
    speech = samples.astype(np.float32) / 32768
    loud = np.flatnonzero(np.abs(speech) > 0.01)
    if loud.size:
        speech = speech[loud[0] : loud[-1] + 1]
    before, after = (int(rng.uniform(0.02, _PAD_S) * SAMPLE_RATE) for _ in range(2))
    return np.pad(speech, (before, after))


def training_channel(rng: random.Random) -> Channel:
    """A connection as varied as callers' lines are."""
    return Channel(
        codec=rng.choice(("pcma", "pcmu")),
        snr_db=rng.uniform(8, 15) if rng.random() < 0.1 else rng.uniform(13, 36),
        level_db=rng.uniform(-34, -14),
        reverb_s=rng.uniform(0.1, 0.5) if rng.random() < 0.15 else 0.0,
        equaliser_db=tuple(rng.uniform(-9, 9) for _ in range(6)) if rng.random() < 0.6 else (),
        band_limited=rng.random() < 0.25,
        loss=rng.uniform(0.005, 0.05) if rng.random() < 0.08 else 0.0,
    )


def held_out_channel(rng: random.Random) -> Channel:
    """The connection that the figures are measured on: G.711 at 15 to 30 dB."""
    return Channel(codec=rng.choice(("pcma", "pcmu")), snr_db=rng.uniform(15, 30), level_db=rng.uniform(-28, -16))


def clip(text: str, language: str, voice: str, channel: Channel, beds: Mapping[str, Audio], rng: random.Random) -> Clip:
    """One utterance through one channel with one of the beds."""
    condition = rng.choice(sorted(beds))
    bed = beds[condition]
    noise = np.roll(bed, rng.randrange(bed.size))
    speech = speak(text, language, voice, rng)
    numbers = np.random.default_rng(rng.getrandbits(64))
    return Clip(text, language, voice, condition, transmit(speech, SAMPLE_RATE, noise, channel, numbers))


def noise_clip(seconds: float, channel: Channel, beds: Mapping[str, Audio], rng: random.Random) -> Clip:
    """A stretch in which nobody speaks; the bed's level is the channel's level less its SNR."""
    condition = rng.choice(sorted(beds))
    bed = np.roll(beds[condition], rng.randrange(beds[condition].size))
    bed = np.resize(bed, int(seconds * TELEPHONE_HZ)) / max(float(bed.std()), 1e-5)
    level_db = channel.level_db - (channel.snr_db or 0)
    audio = transmit(
        bed, TELEPHONE_HZ, bed, Channel(codec=channel.codec, level_db=level_db, loss=channel.loss),
        np.random.default_rng(rng.getrandbits(64)),
    )  # fmt: skip
    return Clip("", "cmn", "", condition, audio)
