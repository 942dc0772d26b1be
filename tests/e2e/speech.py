"""What people on the telephone say in the tests of the whole system."""

import numpy as np

from models.espeak import Espeak
from telephony.audio import Samples, resample


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * 8000), np.int16)


def spoken(text: str, voice: str = "cmn+linda") -> Samples:
    return resample(Espeak().synthesize(text, voice, rate=150, pitch=50), 22050)
