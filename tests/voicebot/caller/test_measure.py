"""Edges of speech and waiting times come out of a recording to 10 ms, whoever made it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.caller.measure import Exchange, Span, exchanges, speech_spans

RATE = 8000


def talk(*spans_ms: tuple[int, int], seconds: float = 10.0, line_noise: int = 8) -> np.ndarray:
    """Voice-like noise in these stretches, the idle noise of an A-law line elsewhere."""
    random = np.random.default_rng(3)
    samples = random.choice([-line_noise, line_noise], int(seconds * RATE)).astype(np.int16)
    for start, end in spans_ms:
        at, to = start * RATE // 1000, end * RATE // 1000
        samples[at:to] = random.normal(0, 3000, to - at).astype(np.int16)
    return samples


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(8, 100), st.integers(25, 100)), min_size=1, max_size=5))
def test_edges_are_found_to_the_window(lengths: list[tuple[int, int]]) -> None:
    """lengths: of each stretch and of the pause behind it, in windows of 10 ms."""
    spans, at = [], 300
    for speech, pause in lengths:
        spans.append((at, at + speech * 10))
        at += (speech + pause) * 10
    found = speech_spans(talk(*spans, seconds=at / 1000 + 1))
    assert found == [Span(*span) for span in spans]


def test_clicks_are_no_speech_and_silence_has_none() -> None:
    assert speech_spans(talk((1000, 1030), (2000, 2040))) == []
    assert speech_spans(np.zeros(RATE, np.int16)) == []
    assert speech_spans(np.empty(0, np.int16)) == []


def test_the_wait_runs_from_the_end_of_the_callers_speech_to_the_beginning_of_the_reply() -> None:
    caller = talk((2000, 2900), (3200, 4000), (7000, 7500))  # a pause of 300 ms belongs to the utterance
    assistant = talk((0, 1500), (4700, 6000), (8110, 9000))
    found = exchanges(caller, assistant)
    assert [exchange.said for exchange in found] == [Span(2000, 4000), Span(7000, 7500)]
    assert [exchange.reply_latency_ms for exchange in found] == [700, 610]


def test_a_reply_that_never_came_has_no_latency() -> None:
    found = exchanges(talk((1000, 2000), (5000, 6000)), talk((6500, 7000)))
    assert found == [Exchange(Span(1000, 2000), None), Exchange(Span(5000, 6000), 6500)]
    assert found[0].reply_latency_ms is None
