"""Who is let into an ear or shut out of it makes no click, leaves no sample behind, and is heard whole in between."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.audio import FRAME_SAMPLES, SILENCE, Frame
from telephony.ear import Ear
from telephony.playout import Playout

LOUD = 30_000
STEEPEST = LOUD // 100
"""The largest step from one sample to the next that is still no click: a fade over a frame takes 160 steps."""


class Level:
    """Sounds as one unchanging value, so that every step in a mix comes from the mixing."""

    def __init__(self, value: int) -> None:
        self.value = value

    def next_frame(self) -> Frame:
        return np.full(FRAME_SAMPLES, self.value, np.int16)


def largest_step(frames: list[Frame]) -> int:
    return int(np.abs(np.diff(np.concatenate(frames).astype(np.int32))).max())


def settled(*sources: Level) -> Ear:
    ear = Ear()
    ear.hear(*sources)
    ear.over(SILENCE)
    return ear


def test_a_single_voice_passes_as_the_very_same_frame() -> None:
    frame = np.arange(FRAME_SAMPLES, dtype=np.int16)

    class Voice:
        def next_frame(self) -> Frame:
            return frame

    ear = Ear()
    ear.hear(Voice())
    ear.over(SILENCE)
    assert ear.over(SILENCE) is frame


def test_nobody_to_hear_leaves_the_announcement_as_it_is() -> None:
    announced = np.ones(FRAME_SAMPLES, np.int16)
    assert Ear().over(announced) is announced
    assert Ear().over(SILENCE) is SILENCE


def test_two_loud_voices_are_clipped_and_never_wrap_around() -> None:
    assert set(settled(Level(LOUD), Level(LOUD)).over(SILENCE)) == {32767}
    assert set(settled(Level(-LOUD), Level(-LOUD)).over(SILENCE)) == {-32768}


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), max_size=40))
def test_voices_and_announcements_come_and_go_without_a_click(changes: list[tuple[bool, bool, bool]]) -> None:
    one, other = Level(LOUD // 2), Level(LOUD // 3)
    ear = Ear()
    frames = [SILENCE]
    for first, second, announced in changes:
        ear.hear(*[source for source, heard in ((one, first), (other, second)) if heard])
        announcement = np.zeros(FRAME_SAMPLES, np.int16) if announced else SILENCE
        frames.append(ear.over(announcement))
    assert largest_step(frames) <= STEEPEST


def test_of_a_voice_that_is_shut_out_nothing_later_is_heard() -> None:
    voice = Level(LOUD)
    ear = settled(voice)
    before = ear.over(SILENCE)
    ear.hear()
    voice.value = -LOUD
    fading = ear.over(SILENCE)
    assert fading.min() >= 0
    assert largest_step([before, fading]) <= STEEPEST
    assert ear.over(SILENCE) is SILENCE


def test_the_end_of_a_voice_joins_up_with_what_was_heard_last() -> None:
    class Rising:
        def next_frame(self) -> Frame:
            return np.arange(FRAME_SAMPLES, dtype=np.int16) * 100

    ear = Ear()
    ear.hear(Rising())
    ear.over(SILENCE)
    last = ear.over(SILENCE)
    ear.hear()
    assert largest_step([last, ear.over(SILENCE)]) <= 200  # the voice's own steepness, and the fade's


def test_voices_stay_down_through_an_announcement_s_pauses_and_come_back_after_it() -> None:
    ear = settled(Level(1000))
    announced = np.zeros(FRAME_SAMPLES, np.int16)
    for _ in range(5):
        under = ear.over(announced)
    assert set(under) == {250}
    pause = [ear.over(SILENCE) for _ in range(15)]
    assert set(np.concatenate(pause)) == {250}
    after = [ear.over(SILENCE) for _ in range(40)]
    assert set(after[-1]) == {1000}
    assert np.all(np.diff(np.concatenate(after)) >= 0)


def test_an_announcement_in_the_playout_is_sent_whole_over_what_is_heard() -> None:
    playout, ear = Playout(), Ear()
    playout.mix = ear.over
    ear.hear(Level(400))
    for _ in range(3):
        playout.next_frame()
    playout.write(np.full(10 * FRAME_SAMPLES, 5000, np.int16))
    frames = [playout.next_frame() for _ in range(10)]
    assert set(frames[-1]) == {5100}
    assert playout.next_frame().max() <= 100


@pytest.mark.parametrize("announced", [False, True])
def test_silent_voices_leave_silence_that_is_cheap_to_send(announced: bool) -> None:
    class Nobody:
        def next_frame(self) -> Frame:
            return SILENCE

    ear = Ear()
    ear.hear(Nobody(), Nobody())
    announcement = np.ones(FRAME_SAMPLES, np.int16) if announced else SILENCE
    for _ in range(3):
        assert ear.over(announcement) is announcement
