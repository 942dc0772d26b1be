"""What lies between a caller's mouth and the recogniser: room, noise, telephone band, G.711, lost packets."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, sosfilt

Codec = Literal["pcma", "pcmu"]
Audio = NDArray[np.float32]

TELEPHONE_HZ: Final = 8_000
_PACKET: Final = 160
"""Samples of one 20 ms packet."""

_BAND = butter(4, (300, 3400), btype="bandpass", fs=TELEPHONE_HZ, output="sos")


@dataclass(frozen=True, slots=True)
class Channel:
    """One telephone connection."""

    codec: Codec = "pcma"
    snr_db: float | None = None
    """Speech to noise; None leaves the noise out."""
    level_db: float = -20.0
    """RMS of the speech against full scale."""
    reverb_s: float = 0.0
    """Time in which the room's echo falls by 60 dB; 0 for none."""
    equaliser_db: tuple[float, ...] = ()
    """What handset and line do to the colour of a voice: gains at equally spaced frequencies from 0 to 4 kHz."""
    band_limited: bool = False
    """Whether the 300-3400 Hz filter of an old line is in the way."""
    loss: float = 0.0
    """Share of the packets that are lost; they are heard as silence."""


def transmit(speech: Audio, rate: int, noise: Audio, channel: Channel, rng: np.random.Generator) -> NDArray[np.int16]:
    """The far end's 8 kHz samples for `speech` at `rate` Hz; `noise` (8 kHz, any level) is repeated as needed."""
    sound = soxr.resample(speech, rate, TELEPHONE_HZ).astype(np.float32)
    if channel.reverb_s > 0:
        sound = reverberate(sound, channel.reverb_s, rng)
    if channel.equaliser_db:
        sound = equalise(sound, channel.equaliser_db)
    sound *= 10 ** (channel.level_db / 20) / max(_rms(sound[np.abs(sound) > 1e-3]), 1e-5)
    if channel.snr_db is not None:
        bed = np.resize(noise, sound.size)
        level_db = channel.level_db - channel.snr_db
        sound = sound + bed * np.float32(10 ** (level_db / 20) / max(_rms(bed), 1e-5))
    if channel.band_limited:
        sound = sosfilt(_BAND, sound).astype(np.float32)
    decoded = g711(np.clip(sound, -1, 1) * np.float32(32767), channel.codec)
    return lose_packets(decoded, channel.loss, rng)


def reverberate(sound: Audio, reverb_s: float, rng: np.random.Generator) -> Audio:
    """`sound` in a room: an exponentially decaying noise tail after the direct path; the length is kept."""
    length = max(int(reverb_s * TELEPHONE_HZ), 1)
    tail = rng.standard_normal(length).astype(np.float32) * 10 ** (-3 * np.arange(length, dtype=np.float32) / length)
    tail *= rng.uniform(0.1, 0.5) / max(float(np.sqrt(np.sum(tail**2))), 1e-5)
    tail[0] = 1.0
    return np.asarray(fftconvolve(sound, tail)[: sound.size], dtype=np.float32)


def equalise(sound: Audio, gains_db: tuple[float, ...]) -> Audio:
    """`sound` with the gains at equally spaced frequencies, straight lines in between."""
    spectrum = np.fft.rfft(sound)
    places = np.linspace(0, len(gains_db) - 1, spectrum.size)
    curve = 10 ** (np.interp(places, np.arange(len(gains_db)), gains_db) / 20)
    return np.asarray(np.fft.irfft(spectrum * curve, sound.size), dtype=np.float32)


def g711(samples: Audio, codec: Codec) -> NDArray[np.int16]:
    """`samples` (16-bit scale) after coding and decoding by the continuous G.711 laws, quantised to 8 bits."""
    unit = np.clip(samples / 32768, -1, 1)
    magnitude = np.abs(unit)
    if codec == "pcmu":
        mu = 255.0
        code = np.round(np.log1p(mu * magnitude) / np.log1p(mu) * 127) / 127
        decoded = np.expm1(code * np.log1p(mu)) / mu
    else:
        a = 87.6
        scale = 1 + np.log(a)
        small = magnitude < 1 / a
        code = np.where(small, a * magnitude, 1 + np.log(np.maximum(a * magnitude, 1))) / scale
        code = (np.floor(code * 128) + 0.5) / 128
        decoded = np.where(code < 1 / scale, code * scale / a, np.exp(code * scale - 1) / a)
    return np.asarray(np.sign(unit) * np.clip(decoded, 0, 32767 / 32768) * 32768, dtype=np.int16)


def lose_packets(samples: NDArray[np.int16], loss: float, rng: np.random.Generator) -> NDArray[np.int16]:
    """`samples` with that share of the 20 ms packets silent."""
    if loss <= 0:
        return samples
    heard = np.repeat(rng.random(-(-samples.size // _PACKET)) >= loss, _PACKET)[: samples.size]
    return np.where(heard, samples, 0).astype(np.int16)


def _rms(sound: Audio) -> float:
    return float(np.sqrt(np.mean(sound**2))) if sound.size else 0.0
