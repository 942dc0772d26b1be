"""Hold music joins up with itself, stays quiet and fits the telephone's band; it is never silent for long."""

import numpy as np
import pytest

from telephony.audio import FRAME_SAMPLES, SAMPLE_RATE_HZ, level_dbfs
from telephony.codecs import PCMA
from telephony.hold_music import hold_music


def test_the_seam_is_no_steeper_than_the_music_around_it() -> None:
    music = hold_music().astype(np.int32)
    steps = np.abs(np.diff(music))
    assert abs(music[0] - music[-1]) <= np.median(steps[-400:])
    assert music.size % FRAME_SAMPLES == 0


def test_it_is_quieter_than_a_voice_and_far_from_clipping() -> None:
    music = hold_music()
    assert level_dbfs(music) == pytest.approx(-28, abs=0.2)
    assert np.abs(music.astype(np.int32)).max() < 8192


def test_no_second_of_it_could_be_taken_for_a_dead_line() -> None:
    music = hold_music()
    seconds = music[: music.size // SAMPLE_RATE_HZ * SAMPLE_RATE_HZ].reshape(-1, SAMPLE_RATE_HZ)
    assert min(level_dbfs(second) for second in seconds) > -36


def test_it_lies_in_the_telephone_s_band() -> None:
    power = np.abs(np.fft.rfft(hold_music().astype(float))) ** 2
    frequencies = np.fft.rfftfreq(hold_music().size, 1 / SAMPLE_RATE_HZ)
    outside = power[(frequencies < 280) | (frequencies > 3400)].sum()
    assert outside / power.sum() < 0.002


def test_a_telephone_codec_keeps_it_clean() -> None:
    music = hold_music()[: 5 * SAMPLE_RATE_HZ]
    error = PCMA.decode(PCMA.encode(music)).astype(np.float64) - music
    assert level_dbfs(np.rint(error).astype(np.int16)) < level_dbfs(music) - 30


def test_the_clip_that_all_calls_share_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        hold_music()[0] = 1
