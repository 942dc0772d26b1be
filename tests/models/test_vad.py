"""Guards the ear of the system: edges carry their true time, come in turn, whatever is pushed; silence and steady noise
start nothing; speech from a real synthesiser is found where it is."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.silero import SileroVad
from models.vad import Alarm, Edges, StreamingVad, VadConfig, VadEvent
from models.vad_clips import human_sentences, noise_clips, spoken_intervals, synthetic_clips
from models.vad_score import score

DATA = Path(__file__).parents[3] / "shared" / "data"
WINDOW_S = 0.032
PLAIN = VadConfig(on=0.5, off=0.3, min_speech_s=0.06, min_pause_s=0.12, onset_s=0.0)
SENTENCES = [("我想查一下订单到哪里了", "cmn"), ("我要退货", "cmn"), ("唔该帮我睇下张单", "yue"), ("对", "cmn")]


@pytest.fixture(scope="module")
def judge() -> SileroVad:
    return SileroVad()


def edges(probabilities: Sequence[float], *, suspicions: bool = False) -> list[VadEvent]:
    detector = Edges(PLAIN)
    pushed = (detector.push(i * WINDOW_S, (i + 1) * WINDOW_S, p) for i, p in enumerate(probabilities))
    return [event for event in pushed if event and (event.settled or suspicions)]


def run(vad: StreamingVad, audio: NDArray[np.int16], start_s: float = 0.0) -> list[VadEvent]:
    frames = audio[: audio.size // 160 * 160].reshape(-1, 160)
    events = [event for i, frame in enumerate(frames) for event in vad.push(frame, start_s + i * 0.02)]
    return [event for event in events if event.settled]


def test_an_edge_is_where_the_speech_began_not_where_it_was_settled() -> None:
    (started,) = edges([0.1, 0.1, 0.9, 0.9, 0.9])
    assert started.kind == "speech_started"
    assert started.at_s == pytest.approx(2 * WINDOW_S)


def test_a_click_starts_nothing() -> None:
    assert edges([0.1, 0.9, 0.1, 0.1]) == []


def test_a_start_is_suspected_at_the_first_window_and_confirmed_or_dismissed() -> None:
    confirmed = edges([0.1, 0.9, 0.9, 0.9], suspicions=True)
    assert [event.kind for event in confirmed] == ["speech_suspected", "speech_started"]
    assert confirmed[0].at_s == confirmed[1].at_s == pytest.approx(WINDOW_S)
    dismissed = edges([0.1, 0.9, 0.1, 0.1], suspicions=True)
    assert [event.kind for event in dismissed] == ["speech_suspected", "speech_dismissed"]


@given(st.lists(st.floats(0, 1), max_size=80))
def test_every_suspicion_is_confirmed_or_dismissed_before_the_next(probabilities: list[float]) -> None:
    kinds = [event.kind for event in edges(probabilities, suspicions=True)]
    for kind, following in pairwise(kinds):
        if kind == "speech_suspected":
            assert following in ("speech_started", "speech_dismissed")
        assert following != "speech_dismissed" or kind == "speech_suspected"


def test_a_gap_between_syllables_is_no_pause() -> None:
    assert [event.kind for event in edges([0.9] * 5 + [0.1] * 2 + [0.9] * 5)] == ["speech_started"]


def test_a_pause_begins_where_the_probability_fell() -> None:
    _, paused = edges([0.9] * 5 + [0.1] * 6)
    assert paused.kind == "speech_paused"
    assert paused.at_s == pytest.approx(5 * WINDOW_S)


def test_between_the_thresholds_what_was_goes_on() -> None:
    assert edges([0.4] * 20) == []
    assert [event.kind for event in edges([0.9] * 5 + [0.4] * 20)] == ["speech_started"]


@given(st.lists(st.floats(0, 1), max_size=100))
def test_edges_alternate_and_never_go_back_in_time(probabilities: list[float]) -> None:
    found = edges(probabilities)
    assert [event.kind for event in found] == ["speech_started", "speech_paused"] * (len(found) // 2) + [
        "speech_started"
    ] * (len(found) % 2)
    assert all(earlier.at_s < later.at_s for earlier, later in pairwise(found))


def test_a_sudden_loud_sound_is_suspected_within_two_frames_and_taken_back_when_it_was_no_speech(
    judge: SileroVad,
) -> None:
    vad, rng = StreamingVad(judge), np.random.default_rng(2)
    quiet = rng.normal(0, 5, 8000).astype(np.int16)
    thud = (rng.normal(0, 4000, 800) * np.exp(-np.arange(800) / 200)).astype(np.int16)
    audio = np.concatenate([quiet, thud, quiet])
    frames = audio.reshape(-1, 160)
    events = [(i, event.kind) for i, frame in enumerate(frames) for event in vad.push(frame, i * 0.02)]
    kinds = [kind for _, kind in events]
    assert kinds[:2] == ["speech_suspected", "speech_dismissed"]
    assert events[0][0] - 50 <= 1
    assert events[1][0] - events[0][0] <= 8


def test_a_sound_that_goes_on_is_given_more_time_but_not_for_ever() -> None:
    alarm = Alarm(VadConfig())
    events = [(i, e.kind) for i in range(40) for e in alarm.push(i * 0.02, loud=i < 30, speaking=False, events=[])]
    (_, suspected), (taken_back, dismissed) = events
    assert (suspected, dismissed) == ("speech_suspected", "speech_dismissed")
    assert taken_back * 0.02 == pytest.approx(VadConfig().longest_alarm_s, abs=0.02)


def test_speech_is_suspected_before_it_is_certain(judge: SileroVad) -> None:
    vad = StreamingVad(judge)
    (clip, *_) = synthetic_clips(SENTENCES[:1], {}, ())
    frames = clip.audio[: clip.audio.size // 160 * 160].reshape(-1, 160)
    events = [(i * 0.02 + 0.02, event) for i, frame in enumerate(frames) for event in vad.push(frame, i * 0.02)]
    suspected = next(known for known, event in events if event.kind == "speech_suspected")
    started = next(known for known, event in events if event.kind == "speech_started")
    assert suspected < started
    assert suspected - clip.speech[0][0] <= 0.08


@given(st.lists(st.sampled_from([0, 30, 3000]), min_size=1, max_size=120))
@settings(max_examples=30, deadline=None)
def test_any_sound_gives_suspicions_that_are_confirmed_or_dismissed(levels: list[int]) -> None:
    vad, rng = StreamingVad(None), np.random.default_rng(7)
    kinds = [
        event.kind
        for i, level in enumerate(levels)
        for event in vad.push(rng.normal(0, level + 1, 160).astype(np.int16), i * 0.02)
    ]
    for kind, following in pairwise(kinds):
        if kind == "speech_suspected":
            assert following in ("speech_started", "speech_dismissed")
        assert following != "speech_dismissed" or kind == "speech_suspected"


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.integers(0, 2**32 - 1))
def test_any_frames_give_edges_in_turn_and_within_the_call(kinds: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    levels = [0, 30, 1000, 8000, 32767]
    audio = np.concatenate([(rng.uniform(-1, 1, 160) * levels[kind]).astype(np.int16) for kind in kinds])
    found = run(StreamingVad(SileroVad()), audio, start_s=100.0)
    assert all(99.9 <= event.at_s <= 100.0 + audio.size / 8000 for event in found)
    assert all(earlier.kind != later.kind for earlier, later in pairwise(found))


@pytest.mark.parametrize("level", [0, 20, 300])
def test_silence_and_steady_noise_start_nothing(judge: SileroVad, level: int) -> None:
    noise = np.random.default_rng(1).normal(0, level, 8000 * 5).astype(np.int16)
    assert run(StreamingVad(judge), noise) == []


def test_certain_silence_does_not_reach_the_judge(judge: SileroVad, monkeypatch: pytest.MonkeyPatch) -> None:
    vad = StreamingVad(judge)
    stream = vad._stream
    assert stream is not None
    looked_at: list[int] = []
    monkeypatch.setattr(stream, "push", lambda samples: looked_at.append(samples.size) or [])
    run(vad, np.zeros(8000 * 3, np.int16))
    assert sum(looked_at) <= 8000 * VadConfig().gate_close_s


def test_synthetic_callers_are_heard_clean_and_in_noise(judge: SileroVad) -> None:
    rng = np.random.default_rng(1)
    beds = {"white": rng.standard_normal(160_000).astype(np.float32)}
    clips = list(synthetic_clips(SENTENCES, beds, (20.0, 10.0)))
    figures = score(clips, lambda: StreamingVad(judge))
    assert figures.f1 > 0.92
    assert abs(figures.onset_error_ms) < 60
    assert figures.pause_delay_ms < 300
    alone = score(clips, lambda: StreamingVad(None))
    assert figures.f1 > alone.f1


def test_noise_alone_raises_no_alarm(judge: SileroVad) -> None:
    beds = {"white": np.random.default_rng(1).standard_normal(160_000).astype(np.float32)}
    assert score(list(noise_clips(beds)), lambda: StreamingVad(judge)).false_alarm_rate == 0


def test_labelled_speech_of_people_is_found(judge: SileroVad) -> None:
    folder = DATA / "vad_speechbrain_small"
    if not folder.exists():
        pytest.skip("needs ../shared/data/vad_speechbrain_small")
    assert score(list(human_sentences(folder)), lambda: StreamingVad(judge)).f1 > 0.95


def test_labels_bridge_short_gaps_and_leave_clicks_out() -> None:
    sound = np.zeros(16_000, np.float32)
    for start, end in ((0.1, 0.5), (0.6, 0.9), (1.15, 1.16), (1.5, 1.9)):
        sound[int(start * 8000) : int(end * 8000)] = 0.5
    assert np.allclose(spoken_intervals(sound, 8_000), [(0.1, 0.9), (1.5, 1.9)])
