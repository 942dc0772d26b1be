"""A looped clip is heard whole, over and over, in whole frames; each listener has a place of their own in it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.audio import FRAME_SAMPLES
from telephony.looped_sound import LoopedSound


@given(st.integers(1, 1000))
def test_a_clip_of_any_length_comes_again_and_again(size: int) -> None:
    clip = np.arange(1, size + 1, dtype=np.int16)
    sound = LoopedSound(clip)
    frames = -(-size // FRAME_SAMPLES)
    rounds = [np.concatenate([sound.next_frame() for _ in range(frames)]) for _ in range(3)]
    for played in rounds:
        assert np.array_equal(played[:size], clip)
        assert not played[size:].any()


def test_two_listeners_do_not_share_their_place() -> None:
    clip = np.arange(3 * FRAME_SAMPLES, dtype=np.int16)
    early, late = LoopedSound(clip), LoopedSound(clip)
    early.next_frame()
    assert early.next_frame()[0] == FRAME_SAMPLES
    assert late.next_frame()[0] == 0


def test_nothing_cannot_be_looped() -> None:
    with pytest.raises(ValueError, match="empty clip"):
        LoopedSound(np.zeros(0, np.int16))
