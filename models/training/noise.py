"""Background sounds at 8 kHz: white and pink noise, mains hum, babble of many voices, and recorded beds if given."""

from pathlib import Path
from typing import Final

import av
import numpy as np
import soxr

from models.espeak import SAMPLE_RATE, Espeak
from models.training.channel import TELEPHONE_HZ, Audio

_SECONDS: Final = 20
_SIZE: Final = _SECONDS * TELEPHONE_HZ


def white(rng: np.random.Generator) -> Audio:
    """Noise of equal power at all frequencies."""
    return rng.standard_normal(_SIZE).astype(np.float32)


def pink(rng: np.random.Generator) -> Audio:
    """Noise whose power falls by 3 dB an octave, like rooms and streets."""
    spectrum = np.fft.rfft(rng.standard_normal(_SIZE))
    return np.asarray(np.fft.irfft(spectrum / np.sqrt(np.arange(spectrum.size) + 1), _SIZE), dtype=np.float32)


def hum(rng: np.random.Generator) -> Audio:
    """Mains hum of 50 Hz with harmonics, over a little pink noise."""
    t = np.arange(_SIZE, dtype=np.float32) / TELEPHONE_HZ
    tones = sum(rng.uniform(0.2, 1) / k * np.sin(2 * np.pi * 50 * k * t + rng.uniform(0, 6)) for k in range(1, 8))
    floor = pink(rng)
    return np.asarray(tones + 0.3 * floor / floor.std(), dtype=np.float32)


def babble(rng: np.random.Generator, sentences: list[str], voices: tuple[str, ...], talkers: int = 8) -> Audio:
    """Many people talking at once, none of them to be understood."""
    espeak = Espeak()
    mixed = np.zeros(_SIZE, dtype=np.float32)
    for _ in range(talkers):
        text = "。".join(rng.choice(sentences, size=12))
        speech = espeak.synthesize(text, f"cmn+{rng.choice(voices)}", rate=int(rng.integers(130, 200)))
        talk = soxr.resample(speech.astype(np.float32) / 32768, SAMPLE_RATE, TELEPHONE_HZ)
        mixed += np.roll(np.resize(talk, _SIZE), int(rng.integers(_SIZE))) * rng.uniform(0.3, 1)
    return mixed


def recorded(path: Path) -> Audio:
    """A bed from a sound file of any kind that PyAV reads."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=TELEPHONE_HZ)
    with av.open(str(path)) as container:
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
    return np.concatenate([np.asarray(frame.to_ndarray()[0], dtype=np.float32) for frame in frames])


def beds(rng: np.random.Generator, sentences: list[str], voices: tuple[str, ...]) -> dict[str, Audio]:
    """The synthetic kinds by name."""
    return {"white": white(rng), "pink": pink(rng), "hum": hum(rng), "babble": babble(rng, sentences, voices)}
