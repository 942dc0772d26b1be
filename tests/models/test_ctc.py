"""Invariant: the beam search finds what a sum over all alignments finds, never loses to the greedy path, and what it
leaves out to be fast is what a search that leaves nothing out would have dropped."""

import itertools
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models import ctc
from models.training.ngram import count

BLANK = 3


def random_log_probs(seed: int, frames: int, outputs: int, sharpness: float = 2.0) -> NDArray[np.float32]:
    logits = np.random.default_rng(seed).standard_normal((frames, outputs)) * sharpness
    return np.asarray(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True), dtype=np.float32)


def by_enumeration(log_probs: NDArray[np.float32]) -> dict[tuple[int, ...], float]:
    """Log probability of every token sequence, summed over all paths."""
    sums: dict[tuple[int, ...], float] = defaultdict(lambda: -math.inf)
    for path in itertools.product(range(log_probs.shape[1]), repeat=log_probs.shape[0]):
        tokens = tuple(token for token, _ in itertools.groupby(path) if token != BLANK)
        sums[tokens] = float(np.logaddexp(sums[tokens], sum(log_probs[range(len(path)), path])))
    return sums


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_a_wide_beam_finds_the_sum_over_all_alignments(seed: int, frames: int) -> None:
    log_probs = random_log_probs(seed, frames, BLANK + 1, sharpness=1.0)
    expected = by_enumeration(log_probs)
    found = ctc.prefix_beam_search(log_probs, blank=BLANK, beam=10_000)
    assert found[0].tokens == max(expected, key=lambda tokens: expected[tokens])
    for hypothesis in found:
        assert hypothesis.acoustic == pytest.approx(expected[hypothesis.tokens], abs=1e-4)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(1, 8))
def test_hypotheses_are_ranked_and_their_frames_rise(seed: int, frames: int, beam: int) -> None:
    found = ctc.prefix_beam_search(random_log_probs(seed, frames, 6), blank=5, beam=beam)
    assert 1 <= len(found) <= beam
    assert [h.score for h in found] == sorted((h.score for h in found), reverse=True)
    for hypothesis in found:
        assert len(hypothesis.frames) == len(hypothesis.tokens)
        assert all(a < b for a, b in itertools.pairwise(hypothesis.frames))
        assert all(0 <= frame < frames for frame in hypothesis.frames)


def leaving_nothing_out(
    log_probs: NDArray[np.float32], beam: int, lm: ctc.CharLM
) -> list[tuple[tuple[int, ...], float]]:
    """Tokens and score: the same search written plainly, every extension of every prefix tried."""
    beams = {(): (0.0, -math.inf, 0.0, lm.start())}
    for frame in log_probs.astype(float):
        grown: dict[tuple[int, ...], tuple[float, float, float, int]] = {}
        for tokens, (blank, token, score, context) in beams.items():
            again = token + frame[tokens[-1]] if tokens else -math.inf
            _, so_far, *_ = grown.get(tokens, (0.0, -math.inf))
            grown[tokens] = (np.logaddexp(blank, token) + frame[BLANK], np.logaddexp(again, so_far), score, context)
            for new in range(BLANK):
                before = blank if tokens and tokens[-1] == new else np.logaddexp(blank, token)
                log_prob, after = lm.next(context, new)
                longer = (*tokens, new)
                at_blank, so_far, *_ = grown.get(longer, (-math.inf, -math.inf))
                reached = np.logaddexp(so_far, before + frame[new])
                grown[longer] = (at_blank, reached, score + 0.5 * log_prob + 2.5, after)
        ranked = sorted(grown.items(), key=lambda item: -(np.logaddexp(item[1][0], item[1][1]) + item[1][2]))
        beams = dict(ranked[:beam])
    return [(tokens, float(np.logaddexp(blank, token)) + score) for tokens, (blank, token, score, _) in beams.items()]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 6))
def test_what_is_left_out_would_not_have_been_kept(seed: int, frames: int, beam: int) -> None:
    log_probs = random_log_probs(seed, frames, BLANK + 1, sharpness=1.0)
    lm = count([(0, 1, 2), (0, 2), (2, 2, 1)], vocabulary=BLANK)
    found = ctc.prefix_beam_search(log_probs, blank=BLANK, beam=beam, lm=lm)
    expected = leaving_nothing_out(log_probs, beam, lm)
    assert [h.score for h in found] == pytest.approx([score for _, score in expected], abs=1e-4)


def test_repeats_are_merged_and_blanks_dropped() -> None:
    path = [3, 1, 1, 3, 1, 2, 2, 3, 0]
    log_probs = np.log(np.full((len(path), 4), 0.01, dtype=np.float32))
    log_probs[range(len(path)), path] = np.log(0.97)
    assert ctc.prefix_beam_search(log_probs, blank=BLANK)[0].tokens == (1, 1, 2, 0)


def test_no_frames_give_the_empty_hypothesis() -> None:
    found = ctc.prefix_beam_search(np.zeros((0, 4), dtype=np.float32), blank=BLANK)
    assert [h.tokens for h in found] == [()]


def test_the_language_model_decides_between_two_that_sound_alike() -> None:
    log_probs = np.log(np.array([[0.96, 0.01, 0.01, 0.02], [0.01, 0.48, 0.49, 0.02]], dtype=np.float32))
    lm = count([(0, 1)] * 9 + [(0, 2)], vocabulary=3)
    assert ctc.prefix_beam_search(log_probs, blank=BLANK)[0].tokens == (0, 2)
    assert ctc.prefix_beam_search(log_probs, blank=BLANK, lm=lm)[0].tokens == (0, 1)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=6), min_size=1, max_size=12), st.data())
def test_the_language_models_probabilities_sum_to_one(sentences: list[list[int]], data: st.DataObject) -> None:
    lm = count(sentences, vocabulary=5)
    context = lm.start()
    for token in data.draw(st.lists(st.integers(0, 4), max_size=4)):
        context = lm.next(context, token)[1]
    assert sum(math.exp(lm.next(context, token)[0]) for token in range(5)) == pytest.approx(1)


def test_a_language_model_survives_saving(tmp_path: Path) -> None:
    lm = count([(0, 1, 2), (0, 2), (3, 3, 3)], vocabulary=5)
    lm.save(tmp_path / "lm.npz")
    loaded = ctc.CharLM.load(tmp_path / "lm.npz")
    for token in range(5):
        for context in (lm.start(), lm.next(lm.start(), 0)[1]):
            assert loaded.next(context, token)[0] == pytest.approx(lm.next(context, token)[0], abs=0.01)
