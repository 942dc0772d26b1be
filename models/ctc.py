"""Decoding of a CTC head: prefix beam search helped by a character language model. numpy only.

Graves et al., "Connectionist Temporal Classification" (2006); Hannun et al., "First-Pass Large Vocabulary Continuous
Speech Recognition using Bi-Directional Recurrent DNNs" (2014) for the search over prefixes.
"""

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

_NEVER: Final = -math.inf
_LEAST_LOG_PROB: Final = -8.0
"""Outputs less likely than this at a frame are not followed."""
_CERTAIN_BLANK: Final = -0.002
"""Log probability from which on a frame counts as blank and nothing else."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One reading of an utterance."""

    tokens: tuple[int, ...]
    score: float
    """What hypotheses are ranked by: acoustic log probability, language model and length bonus together."""
    acoustic: float
    """Log probability that the CTC head gives these tokens, summed over the alignments that were kept."""
    frames: tuple[int, ...]
    """The frame at which each token is likeliest."""


class CharLM:
    """An n-gram model over token ids, with back-off weights as in an ARPA file. Natural logarithms.

    N-grams are numbered in base (vocabulary + 1); digit 0 is the start of the sentence, digit t + 1 is token t.
    """

    def __init__(
        self,
        order: int,
        vocabulary: int,
        log_probs: dict[int, float],
        back_off: dict[int, float],
        unknown: float,
    ) -> None:
        """log_probs: by n-gram; back_off: by context; unknown: log probability of a token that is in no n-gram."""
        self.order = order
        self.vocabulary = vocabulary
        self._base = vocabulary + 1
        self._log_probs = log_probs
        self._back_off = back_off
        self._unknown = unknown
        self._remainders = [self._base**length for length in range(order)]

    @classmethod
    def load(cls, path: Path) -> "CharLM":
        """A model from the file that `save` wrote."""
        with np.load(path) as file:
            return cls(
                int(file["order"]),
                int(file["vocabulary"]),
                dict(zip(file["ngrams"].tolist(), file["log_probs"].astype(np.float64).tolist(), strict=True)),
                dict(zip(file["contexts"].tolist(), file["back_off"].astype(np.float64).tolist(), strict=True)),
                float(file["unknown"]),
            )

    def save(self, path: Path) -> None:
        """Writes the model as compressed .npz; the logarithms are rounded to float16."""
        np.savez_compressed(
            path,
            order=self.order,
            vocabulary=self.vocabulary,
            ngrams=np.array(list(self._log_probs), dtype=np.int64),
            log_probs=np.array(list(self._log_probs.values()), dtype=np.float16),
            contexts=np.array(list(self._back_off), dtype=np.int64),
            back_off=np.array(list(self._back_off.values()), dtype=np.float16),
            unknown=self._unknown,
        )

    def start(self) -> int:
        """The context at the start of a sentence."""
        return 0

    def next(self, context: int, token: int) -> tuple[float, int]:
        """Log probability of `token` after `context`, and the context after it."""
        digit = token + 1
        after = (context * self._base + digit) % self._remainders[-1]
        total = 0.0
        for length in range(self.order - 1, -1, -1):
            shorter = context % self._remainders[length]
            # The length is part of the key, or else the start (digit 0) would look like no context at all.
            found = self._log_probs.get((shorter * self._base + digit) * self.order + length)
            if found is not None:
                return total + found, after
            total += self._back_off.get(shorter * self.order + length, 0.0)
        return total + self._unknown, after


@dataclass(slots=True)
class _Prefix:
    """A beam entry: log probabilities of all alignments of one prefix, by whether they end in blank."""

    tokens: tuple[int, ...]
    blank: float
    token: float
    lm: float
    """Weighted language model score and length bonus of the prefix."""
    context: int
    frames: tuple[int, ...]
    peak: float
    """The last token's log probability at its frame."""

    @property
    def total(self) -> float:
        return _add(self.blank, self.token)

    @property
    def score(self) -> float:
        return self.total + self.lm

    def before(self, token: int) -> float:
        """Log probability of the alignments after which `token` is a new one: a repetition needs a blank between."""
        return self.blank if self.tokens and token == self.tokens[-1] else self.total


class _Growth:
    """What a language model adds to a prefix that takes a new token."""

    def __init__(self, lm: CharLM | None, weight: float, bonus: float) -> None:
        self._lm, self._weight = lm, weight
        self.start = lm.start() if lm else 0
        self.most = bonus if lm else 0.0
        """No token can add more: log probabilities are never above 0."""

    def after(self, prefix: _Prefix, token: int) -> tuple[float, int]:
        """`lm` and `context` of the longer prefix."""
        if self._lm is None:
            return prefix.lm, prefix.context
        log_prob, context = self._lm.next(prefix.context, token)
        return prefix.lm + self._weight * log_prob + self.most, context


def prefix_beam_search(
    log_probs: NDArray[np.float32],
    *,
    blank: int,
    beam: int = 8,
    lm: CharLM | None = None,
    lm_weight: float = 0.5,
    length_bonus: float = 2.5,
) -> list[Hypothesis]:
    """The best readings, best first; at least one, maybe the empty one.

    log_probs: [frames, outputs], normalised. `lm_weight` and `length_bonus` (per token) count only with a model.
    """
    growth = _Growth(lm, lm_weight, length_bonus)
    beams = [_Prefix((), 0.0, _NEVER, 0.0, growth.start, (), _NEVER)]
    at_blank = log_probs[:, blank].astype(np.float64)
    only_blank = np.concatenate([[0.0], np.cumsum(at_blank)]).tolist()
    done = 0
    for frame in np.flatnonzero(at_blank <= _CERTAIN_BLANK).tolist():
        _rest(beams, frames=frame - done, log_prob=only_blank[frame] - only_blank[done])
        beams = _advance(beams, log_probs[frame], frame, blank=blank, beam=beam, growth=growth)
        done = frame + 1
    _rest(beams, frames=len(log_probs) - done, log_prob=only_blank[-1] - only_blank[done])
    ranked = sorted(beams, key=lambda prefix: prefix.score, reverse=True)
    return [Hypothesis(prefix.tokens, prefix.score, prefix.total, prefix.frames) for prefix in ranked]


def _rest(beams: list[_Prefix], *, frames: int, log_prob: float) -> None:
    """Frames that are blank and nothing else."""
    if frames:
        for prefix in beams:
            prefix.blank, prefix.token = prefix.total + log_prob, _NEVER


def _advance(
    beams: list[_Prefix], outputs: NDArray[np.float32], frame: int, *, blank: int, beam: int, growth: _Growth
) -> list[_Prefix]:
    """The best prefixes after one more frame.

    Asking the language model is what costs: extensions are tried in the order of what they can reach at best, and no
    more once that is less than the worst prefix kept so far has.
    """
    known = {prefix.tokens: prefix for prefix in beams}
    stayed = [_stay(prefix, known, outputs, frame, float(outputs[blank])) for prefix in beams]
    kept = [(prefix.score, -number, prefix) for number, prefix in enumerate(stayed)]
    heapq.heapify(kept)
    for number, (promise, prefix, token, log_prob) in enumerate(_extensions(beams, outputs, blank), start=len(kept)):
        full = len(kept) >= beam
        if full and promise + growth.most <= kept[0][0]:
            break
        tokens = (*prefix.tokens, token)
        if tokens in known:  # counted where it stayed
            continue
        lm, context = growth.after(prefix, token)
        reached = prefix.before(token) + log_prob
        if not full or reached + lm > kept[0][0]:
            longer = _Prefix(tokens, _NEVER, reached, lm, context, (*prefix.frames, frame), log_prob)
            (heapq.heapreplace if full else heapq.heappush)(kept, (reached + lm, -number, longer))
    return [prefix for _, _, prefix in kept]


def _stay(
    prefix: _Prefix,
    known: dict[tuple[int, ...], _Prefix],
    outputs: NDArray[np.float32],
    frame: int,
    at_blank: float,
) -> _Prefix:
    """The same prefix one frame on: a blank, its last token again, or that token after the shorter prefix."""
    blank = prefix.total + at_blank
    if not prefix.tokens:
        return _Prefix((), blank, _NEVER, prefix.lm, prefix.context, (), _NEVER)
    last = prefix.tokens[-1]
    log_prob = float(outputs[last])
    frames, peak = prefix.frames, prefix.peak
    if prefix.token > _NEVER and log_prob > peak:
        frames, peak = (*frames[:-1], frame), log_prob
    token = prefix.token + log_prob
    if shorter := known.get(prefix.tokens[:-1]):
        token = _add(token, shorter.before(last) + log_prob)
    return _Prefix(prefix.tokens, blank, token, prefix.lm, prefix.context, frames, peak)


def _extensions(
    beams: list[_Prefix], outputs: NDArray[np.float32], blank: int
) -> Iterator[tuple[float, _Prefix, int, float]]:
    """Score without a language model's gain, prefix, new token and its log probability; highest score first."""
    followed = outputs > _LEAST_LOG_PROB
    followed[blank] = False
    tokens = np.flatnonzero(followed)
    log_probs = outputs[tokens].tolist()
    scores = np.array([prefix.score for prefix in beams])[:, None] + outputs[tokens]
    repeated = tokens[None, :] == np.array([prefix.tokens[-1] if prefix.tokens else -1 for prefix in beams])[:, None]
    after_blank = np.array([prefix.blank + prefix.lm for prefix in beams])[:, None] + outputs[tokens]
    scores = np.where(repeated, after_blank, scores)
    names = tokens.tolist()
    for place in np.argsort(-scores, axis=None).tolist():
        row, column = divmod(place, len(names))
        score = float(scores[row, column])
        if score == _NEVER:
            return
        yield score, beams[row], names[column], log_probs[column]


def _add(a: float, b: float) -> float:
    """log(exp(a) + exp(b))"""
    if a < b:
        a, b = b, a
    return a if b == _NEVER else a + math.log1p(math.exp(b - a))
