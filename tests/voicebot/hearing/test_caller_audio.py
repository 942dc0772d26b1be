"""A stretch of the caller's audio asked for by time is exactly what was heard then, or nothing."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voicebot.hearing.caller_audio import CallerAudio


@given(
    st.lists(st.integers(1, 400), min_size=1, max_size=40),
    st.floats(0, 6, allow_nan=False),
    st.floats(0, 6, allow_nan=False),
)
def test_between_returns_what_was_appended_at_that_time(lengths: list[int], start_s: float, end_s: float) -> None:
    audio = CallerAudio(rate_hz=1000, kept_s=2.0)
    everything = np.arange(sum(lengths), dtype=np.int16)
    position = 0
    for length in lengths:
        audio.append(everything[position : position + length])
        position += length
    oldest = max(0, position - 2000)
    start, end = int(start_s * 1000), int(end_s * 1000)
    expected = everything[max(start, oldest) : max(end, max(start, oldest))]
    assert audio.between(start_s, end_s).tolist() == expected.tolist()
    assert audio.duration_s == position / 1000
