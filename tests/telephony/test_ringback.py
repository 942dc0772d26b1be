"""The ringback tone is the one of GB/T 3380: 450 Hz at -10 dBm0, one second on and four off."""

import numpy as np
import pytest

from telephony.audio import SAMPLE_RATE_HZ, level_dbfs
from telephony.ringback import ringback

FULL_SCALE_SINE_DBFS = -3.01
FULL_SCALE_SINE_DBM0 = 3.14


def test_the_tone_lasts_one_second_in_five() -> None:
    tone = ringback()
    assert tone.size == 5 * SAMPLE_RATE_HZ
    assert not tone[SAMPLE_RATE_HZ:].any()
    spectrum = np.abs(np.fft.rfft(tone[:SAMPLE_RATE_HZ].astype(float)))
    assert np.argmax(spectrum) == 450


def test_its_level_is_that_of_the_exchange() -> None:
    steady = ringback()[1000:7000]
    dbm0 = level_dbfs(steady) - FULL_SCALE_SINE_DBFS + FULL_SCALE_SINE_DBM0
    assert dbm0 == pytest.approx(-10.0, abs=0.1)


def test_it_begins_and_ends_without_a_click() -> None:
    steps = np.abs(np.diff(ringback().astype(np.int32)))
    steady = steps[1000:7000].max()
    assert steps[:100].max() <= steady
    assert steps[7900:].max() <= steady
