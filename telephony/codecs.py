"""G.711 by table: A-law (PCMA) and mu-law (PCMU), with their static RTP payload types (RFC 3551)."""

from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from telephony.audio import SAMPLE_RATE_HZ, Samples

Bytes: TypeAlias = NDArray[np.uint8]

_SEGMENT_ENDS_ALAW: Final = np.array([0x1F, 0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF])  # on the 13-bit scale
_SEGMENT_ENDS_ULAW: Final = np.array([0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF])  # on the 14-bit scale
_BIAS_ULAW: Final = 33
_CLIP_ULAW: Final = 8158


@dataclass(frozen=True, slots=True)
class Codec:
    """One G.711 law. `name` is the encoding name in SDP."""

    name: Literal["PCMA", "PCMU"]
    payload_type: int
    rate_hz: int = SAMPLE_RATE_HZ

    def decode(self, payload: bytes | bytearray | memoryview) -> Samples:
        """One sample per byte."""
        samples: Samples = _decoding_table(self.name).take(np.frombuffer(payload, np.uint8))
        return samples

    def encode(self, samples: Samples) -> bytes:
        """One byte per sample."""
        return _encoding_table(self.name).take(samples.view(np.uint16)).tobytes()


PCMA: Final = Codec("PCMA", 8)
PCMU: Final = Codec("PCMU", 0)


def codec_for(payload_type: int) -> Codec | None:
    """The codec of a static payload type, None when we do not speak it."""
    return next((codec for codec in (PCMA, PCMU) if codec.payload_type == payload_type), None)


def make_tables() -> None:
    """Before calls come: the first one would wait several milliseconds for them."""
    for codec in (PCMA, PCMU):
        _decoding_table(codec.name)
        _encoding_table(codec.name)


@cache
def _decoding_table(name: str) -> Samples:
    """int16 [256]: the sample that each code stands for."""
    codes = np.arange(256, dtype=np.uint8)
    return _alaw_samples(codes) if name == "PCMA" else _ulaw_samples(codes)


@cache
def _encoding_table(name: str) -> Bytes:
    """uint8 [65536]: the code of each sample, indexed by the sample seen as unsigned."""
    samples = np.arange(65536, dtype=np.uint16).view(np.int16)
    return _alaw_codes(samples) if name == "PCMA" else _ulaw_codes(samples)


def _alaw_samples(codes: Bytes) -> Samples:
    plain = (codes ^ 0x55).astype(np.int32)  # every second bit travels inverted
    segment = (plain >> 4) & 7
    mantissa = (plain & 0x0F) << 4
    magnitude = np.where(segment == 0, mantissa + 8, (mantissa + 0x108) << np.maximum(segment - 1, 0))
    samples: Samples = np.where(plain & 0x80, magnitude, -magnitude).astype(np.int16)
    return samples


def _alaw_codes(samples: Samples) -> Bytes:
    scaled = samples.astype(np.int32) >> 3
    magnitude = np.where(scaled >= 0, scaled, -scaled - 1)
    segment = np.searchsorted(_SEGMENT_ENDS_ALAW, magnitude)
    mantissa = (magnitude >> np.maximum(segment, 1)) & 0x0F
    codes: Bytes = ((segment << 4 | mantissa) ^ np.where(scaled >= 0, 0xD5, 0x55)).astype(np.uint8)
    return codes


def _ulaw_samples(codes: Bytes) -> Samples:
    plain = (~codes).astype(np.int32)  # all bits travel inverted
    magnitude = ((((plain & 0x0F) << 3) + 0x84) << ((plain >> 4) & 7)) - 0x84
    samples: Samples = np.where(plain & 0x80, -magnitude, magnitude).astype(np.int16)
    return samples


def _ulaw_codes(samples: Samples) -> Bytes:
    scaled = samples.astype(np.int32) >> 2
    magnitude = np.minimum(np.abs(scaled), _CLIP_ULAW) + _BIAS_ULAW
    segment = np.searchsorted(_SEGMENT_ENDS_ULAW, magnitude)
    mantissa = (magnitude >> (segment + 1)) & 0x0F
    codes: Bytes = ((segment << 4 | mantissa) ^ np.where(scaled >= 0, 0xFF, 0x7F)).astype(np.uint8)
    return codes
