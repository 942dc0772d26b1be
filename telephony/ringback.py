"""The tone that tells a caller in China that the other side is ringing."""

from typing import Final

import numpy as np

from telephony.audio import FULL_SCALE, SAMPLE_RATE_HZ, Samples, to_int16

_HZ: Final = 450
_ON_S: Final = 1.0
_OFF_S: Final = 4.0
_LEVEL_DBM0: Final = -10.0
"""GB/T 3380-1982: 450 (+-25) Hz at -10 (+-3) dBm0, one second on, four off."""
_FULL_SCALE_DBM0: Final = 3.14
"""A sine at full scale in A-law (ITU-T G.711)."""
_EDGE_S: Final = 0.01


def ringback() -> Samples:
    """One period of 5 s, to be looped."""
    times = np.arange(round(_ON_S * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    amplitude = FULL_SCALE * 10 ** ((_LEVEL_DBM0 - _FULL_SCALE_DBM0) / 20)
    edges = np.clip(np.minimum(times, times[::-1]) / _EDGE_S, 0, 1)
    tone = to_int16(amplitude * edges * np.sin(2 * np.pi * _HZ * times))
    return np.concatenate([tone, np.zeros(round(_OFF_S * SAMPLE_RATE_HZ), np.int16)])
