"""Every sample written is sent once, in order, unless cleared; a mark tells that its audio has really gone out."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from telephony.audio import FRAME_SAMPLES, SILENCE
from telephony.playout import Playout


def ramp(size: int, start: int = 1) -> np.ndarray:
    return np.arange(start, start + size).astype(np.int16)


@given(st.lists(st.integers(0, 700), max_size=12))
def test_audio_written_in_any_pieces_is_sent_whole_and_in_order(sizes: list[int]) -> None:
    playout = Playout()
    marks: list[object] = []
    playout.on_mark = marks.append
    start = 1
    for number, size in enumerate(sizes):
        playout.write(ramp(size, start), mark=number)
        start += size
    total = sum(sizes)
    assert playout.pending_samples == total
    frames = [playout.next_frame() for _ in range(total // FRAME_SAMPLES + 2)]
    sent = np.concatenate(frames)
    assert np.array_equal(sent[:total], ramp(total))
    assert not sent[total:].any()
    assert (playout.pending_samples, playout.sent_samples) == (0, total)
    assert marks == list(range(len(sizes)))


def test_a_mark_fires_only_after_its_last_sample_was_sent() -> None:
    playout = Playout()
    marks: list[object] = []
    playout.on_mark = marks.append
    playout.write(ramp(2 * FRAME_SAMPLES), mark="end")
    playout.next_frame()
    playout.next_frame()
    assert marks == []
    playout.next_frame()
    assert marks == ["end"]


def test_clearing_drops_the_rest_and_its_marks() -> None:
    playout = Playout()
    marks: list[object] = []
    playout.on_mark = marks.append
    playout.write(ramp(1000), mark="never")
    playout.next_frame()
    playout.clear()
    assert playout.next_frame() is SILENCE
    assert (marks, playout.sent_samples, playout.pending_samples) == ([], FRAME_SAMPLES, 0)


def test_what_was_sent_before_clearing_still_fires_its_mark() -> None:
    playout = Playout()
    marks: list[object] = []
    playout.on_mark = marks.append
    playout.write(ramp(FRAME_SAMPLES), mark="sent")
    playout.next_frame()
    playout.clear()
    playout.next_frame()
    assert marks == ["sent"]


def test_a_pause_sends_silence_and_loses_nothing() -> None:
    playout = Playout()
    playout.write(ramp(3 * FRAME_SAMPLES))
    playout.next_frame()
    playout.pause()
    assert playout.next_frame() is SILENCE
    playout.resume()
    assert playout.next_frame()[0] == FRAME_SAMPLES + 1


def test_a_hush_fades_out_within_one_frame_and_goes_on_where_it_was() -> None:
    playout = Playout()
    playout.write(np.full(5 * FRAME_SAMPLES, 8000, np.int16))
    playout.next_frame()
    playout.hush()
    fading = playout.next_frame()
    assert (fading[0], fading[-1]) == (8000, 0)
    # 8000 over 40 samples is 200 a step; rounding may add one.
    assert np.abs(np.diff(fading)).max() <= 201
    assert playout.next_frame() is SILENCE
    assert playout.sent_samples == 2 * FRAME_SAMPLES
    playout.go_on()
    rising = playout.next_frame()
    assert (rising[0], rising[-1]) == (0, 8000)
    assert playout.next_frame()[0] == 8000
    assert playout.pending_samples == FRAME_SAMPLES


def test_a_hush_taken_back_before_a_frame_loses_nothing() -> None:
    playout = Playout()
    playout.write(ramp(2 * FRAME_SAMPLES))
    playout.hush()
    playout.go_on()
    playout.next_frame()
    assert playout.next_frame()[-1] == 2 * FRAME_SAMPLES


def test_a_listener_may_write_from_within_a_mark() -> None:
    playout = Playout()
    playout.on_mark = lambda mark: playout.write(ramp(FRAME_SAMPLES, 500))
    playout.write(ramp(10), mark="more")
    playout.next_frame()
    assert playout.next_frame()[0] == 500
