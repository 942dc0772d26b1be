"""What goes into the jitter buffer comes out once, in order and without a hole, whatever the network does within the
buffer's reach; and nothing a peer sends can make it fail or keep more than its delay allows."""

from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.jitter import JitterBuffer, signed16, signed32

FRAME = 160


def tone(first: int, size: int = FRAME) -> np.ndarray:
    """Loud, and every sample tells its place."""
    return (np.arange(first, first + size) % 20000 + 2000).astype(np.int16)


class Line:
    """Feeds packets at given times and pulls every 20 ms, as a leg's tick does."""

    def __init__(self, first_timestamp: int = 0) -> None:
        self.buffer = JitterBuffer()
        self.first = first_timestamp
        self.heard: list[np.ndarray | None] = []

    def play(self, arrivals: list[tuple[float, int, np.ndarray]], ticks: int) -> list[np.ndarray]:
        """arrivals: (arrival in s, place in samples, audio). Returns the frames that were not lost."""
        waiting = sorted(arrivals, key=lambda arrival: arrival[0])
        for tick in range(ticks):
            now = 0.020 * tick + 0.010
            while waiting and waiting[0][0] <= now:
                at, place, audio = waiting.pop(0)
                self.buffer.put((self.first + place) & 0xFFFFFFFF, audio, at)
            self.heard.append(self.buffer.pull())
        return [frame for frame in self.heard if frame is not None]


def even(packets: int, size: int = FRAME) -> list[tuple[float, int, np.ndarray]]:
    return [(n * size / 8000, n * size, tone(n * size, size)) for n in range(packets)]


def in_order(frames: list[np.ndarray]) -> bool:
    heard = np.concatenate(frames).astype(int)
    return bool((np.diff(heard) > 0).sum() >= heard.size - 1 - heard.size // 20000 - 1)


def test_an_even_stream_is_delayed_by_one_frame_and_otherwise_untouched() -> None:
    line = Line()
    frames = line.play(even(100), 101)
    assert np.array_equal(np.concatenate(frames), tone(0, 16000))
    assert [frame is None for frame in line.heard].count(True) == 1


@given(st.integers(0, 2**32 - 1), st.sampled_from([80, 160, 240, 320, 480]))
def test_any_starting_timestamp_and_packet_length_plays_whole(first: int, size: int) -> None:
    line = Line(first)
    frames = line.play(even(40, size), 40 * size // FRAME + 6)
    heard = np.concatenate(frames)
    assert np.array_equal(heard, tone(0, heard.size))
    assert heard.size > 40 * size - 2 * FRAME


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 0.055), min_size=150, max_size=150), st.integers(0, 2**32 - 1))
def test_jitter_up_to_55_ms_costs_a_few_frames_of_delay_at_first_and_loses_nothing(
    delays: list[float], first: int
) -> None:
    line = Line(first)
    latest = np.maximum.accumulate([n * 0.020 + delay for n, delay in enumerate(delays)])  # one queue keeps the order
    arrivals = [(float(at), n * FRAME, tone(n * FRAME)) for n, at in enumerate(latest)]
    frames = line.play(arrivals, 160)
    assert np.array_equal(np.concatenate(frames), tone(0, 150 * FRAME))
    last = max(n for n, frame in enumerate(line.heard) if frame is not None)
    assert sum(frame is None for frame in line.heard[: last + 1]) <= 5


@given(st.randoms(use_true_random=False))
def test_packets_in_the_wrong_order_within_the_delay_play_in_the_right_one(random: Random) -> None:
    line = Line()
    shuffled = []
    for n in range(0, 60, 2):  # each pair arrives together, either first
        pair = [n, n + 1]
        random.shuffle(pair)
        shuffled += [(n * 0.020 + 0.020 + 0.001 * place, k * FRAME, tone(k * FRAME)) for place, k in enumerate(pair)]
    assert np.array_equal(np.concatenate(line.play(shuffled, 64)), tone(0, 60 * FRAME))


@settings(deadline=None)
@given(st.sets(st.integers(5, 95), max_size=20))
def test_a_lost_packet_is_one_missing_frame_and_nothing_else(lost: set[int]) -> None:
    line = Line()
    line.play([arrival for n, arrival in enumerate(even(100)) if n not in lost], 102 + len(lost))
    heard = [frame for frame in line.heard if frame is not None]
    assert len(heard) == 100 - len(lost)
    assert in_order(heard)


def test_a_duplicate_changes_nothing_and_is_counted() -> None:
    line = Line()
    packets = even(50)
    frames = line.play([packet for packet in packets for _ in range(2)], 52)
    assert np.array_equal(np.concatenate(frames), tone(0, 50 * FRAME))
    assert line.buffer.late == 50


def test_speech_after_a_pause_of_any_length_loses_nothing() -> None:
    for pause_s in (0.3, 1.0, 5.0, 60.0):
        gap = int(pause_s * 8000)
        later = [(at + 1 + pause_s, place + 8000 + gap, audio) for at, place, audio in even(50)]
        line = Line(2**32 - 4000)
        frames = line.play(even(50) + later, 105 + int(pause_s * 50))
        assert len(frames) == 100, pause_s


def test_a_peer_that_begins_anew_is_followed_within_a_packet() -> None:
    line = Line()
    anew = [(at + 1, place + 0x7000_0000, audio) for at, place, audio in even(50)]
    assert len(line.play(even(50) + anew, 110)) >= 98


def test_single_stray_timestamps_do_not_disturb_the_stream() -> None:
    line = Line()
    strays = [(n * 0.1 + 0.05, 0x4000_0000 + n * 999_999, tone(7)) for n in range(10)]
    frames = line.play(even(60) + strays, 62)
    assert np.array_equal(np.concatenate(frames), tone(0, 60 * FRAME))


def test_after_a_stall_no_more_than_the_allowed_delay_is_kept() -> None:
    line = Line()
    stalled = [(max(at, 1.0) if at > 0.4 else at, place, audio) for at, place, audio in even(100)]
    line.play(stalled, 60)
    assert line.buffer.depth_samples <= 1600


def test_delay_left_over_from_a_bad_moment_is_shed_in_quiet() -> None:
    line = Line()
    quiet = np.ones(FRAME, np.int16)
    arrivals = [(n * 0.020, n * FRAME, quiet) for n in range(1000)]
    arrivals = [(max(at, 0.55) if 0.4 < at < 0.6 else at, place, audio) for at, place, audio in arrivals]
    line.play(arrivals, 50)
    after_stall = line.buffer.depth_samples
    line = Line()
    line.play(arrivals, 1000)
    assert after_stall >= 5 * FRAME
    assert line.buffer.depth_samples <= 3 * FRAME


def test_a_far_end_clock_that_runs_fast_never_fills_the_buffer() -> None:
    line = Line()
    quiet = np.ones(FRAME, np.int16)
    line.play([(n * 0.0199, n * FRAME, quiet) for n in range(3000)], 2980)
    assert line.buffer.depth_samples <= 4 * FRAME
    assert [frame is None for frame in line.heard].count(True) <= 3


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2000), st.floats(0, 1e6)), max_size=60))
def test_no_sequence_of_packets_breaks_the_buffer(packets: list[tuple[int, int, float]]) -> None:
    buffer = JitterBuffer()
    for timestamp, size, arrival in packets:
        buffer.put(timestamp, np.ones(size, np.int16), arrival)
        frame = buffer.pull()
        assert frame is None or frame.shape == (FRAME,)
    assert np.isfinite(buffer.jitter_samples)


@given(st.integers(0, 2**32 - 1), st.integers(-(2**31), 2**31 - 1))
def test_differences_of_counters_are_taken_the_short_way(counter: int, step: int) -> None:
    assert signed32(((counter + step) & 0xFFFFFFFF) - counter) == step
    assert signed16(signed16(step & 0xFFFF)) == signed16(step & 0xFFFF)


def test_the_jitter_estimate_is_that_of_rfc_3550() -> None:
    """A packet every 20 ms, each second one 8 ms late: the spacing deviates by 64 samples every time."""
    buffer = JitterBuffer()
    for n in range(400):
        buffer.put(n * FRAME, tone(0), n * 0.020 + (0.008 if n % 2 else 0.0))
        buffer.pull()
    assert 63 < buffer.jitter_samples < 65
