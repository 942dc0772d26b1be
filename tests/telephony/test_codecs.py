"""G.711 is bit-exact: the codes are those of the recommendation's tables, and decoding loses no more than a step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.codecs import PCMA, PCMU, Codec, codec_for

# Quantisation values of ITU-T G.711, table 2a, on the 16-bit scale.
ULAW_KNOWN = {0xFF: 0, 0x7F: 0, 0xFE: 8, 0x7E: -8, 0x80: 32124, 0x00: -32124, 0xEF: 132, 0xDF: 396, 0x8F: 16764}


@pytest.mark.parametrize(("code", "sample"), [(0x55, -8), (0xD5, 8), (0xD4, 24), (0xAA, 32256), (0x2A, -32256)])
def test_alaw_codes_decode_to_the_values_of_the_recommendation(code: int, sample: int) -> None:
    assert PCMA.decode(bytes([code]))[0] == sample


@pytest.mark.parametrize(("code", "sample"), ULAW_KNOWN.items())
def test_ulaw_codes_decode_to_the_values_of_the_recommendation(code: int, sample: int) -> None:
    assert PCMU.decode(bytes([code]))[0] == sample


def test_the_one_kilohertz_reference_sequence_is_a_milliwatt_tone() -> None:
    """G.711, table 5 and 6: these eight codes, repeated, are 1 kHz at 0 dBm0 (-3.14 and -3.17 dB below overload)."""
    ulaw = PCMU.decode(bytes([0x1E, 0x0B, 0x0B, 0x1E, 0x9E, 0x8B, 0x8B, 0x9E])).astype(float)
    alaw = PCMA.decode(bytes([0x34, 0x21, 0x21, 0x34, 0xB4, 0xA1, 0xA1, 0xB4])).astype(float)
    for tone, overload in ((ulaw, 8159 * 4), (alaw, 4096 * 8)):
        level = 10 * np.log10(np.mean(tone**2) / (overload**2 / 2))
        assert level == pytest.approx(-3.15, abs=0.1)
        assert np.argmax(np.abs(np.fft.rfft(tone))) == 1


@pytest.mark.parametrize("codec", [PCMA, PCMU])
def test_every_code_survives_decoding_and_encoding(codec: Codec) -> None:
    codes = bytes(range(256))
    again = codec.encode(codec.decode(codes))
    # mu-law has two zeros; the negative one comes back as the positive.
    assert [a for a, b in zip(codes, again, strict=True) if a != b] in ([], [0x7F])


@pytest.mark.parametrize("codec", [PCMA, PCMU])
@given(value=st.integers(-32768, 32767))
def test_the_error_is_at_most_half_a_step_of_the_segment(codec: Codec, value: int) -> None:
    decoded = int(codec.decode(codec.encode(np.array([value], np.int16)))[0])
    if abs(value) <= 32124:
        assert abs(decoded - value) <= max(16, abs(value) / 32 + 8)


@pytest.mark.parametrize("codec", [PCMA, PCMU])
def test_louder_never_decodes_softer(codec: Codec) -> None:
    samples = np.arange(-32768, 32768).astype(np.int16)
    assert (np.diff(codec.decode(codec.encode(samples)).astype(int)) >= 0).all()


def test_static_payload_types_name_their_codec() -> None:
    assert (codec_for(8), codec_for(0), codec_for(18)) == (PCMA, PCMU, None)
