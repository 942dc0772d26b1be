"""Decoding of a CTC head: greedy, and prefix beam search helped by a character language model. numpy only.

Graves et al., "Connectionist Temporal Classification" (2006); Hannun et al., "First-Pass Large Vocabulary Continuous
Speech Recognition using Bi-Directional Recurrent DNNs" (2014) for the search over prefixes.
"""

import math
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


def greedy(log_probs: NDArray[np.float32], *, blank: int) -> tuple[int, ...]:
    """The tokens on the likeliest path. log_probs: [frames, outputs]."""
    path = log_probs.argmax(axis=1)
    changed = np.ones(path.size, dtype=bool)
    changed[1:] = path[1:] != path[:-1]
    return tuple(path[changed & (path != blank)].tolist())


@dataclass(slots=True)
class _Prefix:
    """A beam entry: log probabilities of all alignments of one prefix, by whether they end in blank."""

    blank: float
    token: float
    lm: float
    """Weighted language model score and length bonus of the prefix."""
    context: int
    frames: tuple[int, ...]
    peak: float
    """The last token's log probability at its frame."""

    def total(self) -> float:
        return _add(self.blank, self.token)


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
    beams: dict[tuple[int, ...], _Prefix] = {(): _Prefix(0.0, _NEVER, 0.0, lm.start() if lm else 0, (), _NEVER)}
    blanks = log_probs[:, blank]
    followed = log_probs > _LEAST_LOG_PROB
    followed[:, blank] = False
    for frame in range(log_probs.shape[0]):
        at_blank = float(blanks[frame])
        if at_blank > _CERTAIN_BLANK:
            for prefix in beams.values():
                prefix.blank, prefix.token = prefix.total() + at_blank, _NEVER
            continue
        tokens = np.flatnonzero(followed[frame])
        outputs = list(zip(tokens.tolist(), log_probs[frame, tokens].tolist(), strict=True))
        grown: dict[tuple[int, ...], _Prefix] = {}
        for key, prefix in beams.items():
            _stay(grown, key, prefix, at_blank, float(log_probs[frame, key[-1]]) if key else _NEVER, frame)
            for token, log_prob in outputs:
                reached = (prefix.blank if key and token == key[-1] else prefix.total()) + log_prob
                if reached > _NEVER:
                    _extend(grown, key, token, prefix, reached, log_prob, frame, lm, lm_weight, length_bonus)
        best = sorted(grown.items(), key=lambda item: item[1].total() + item[1].lm, reverse=True)
        beams = dict(best[:beam])
    ranked = sorted(beams.items(), key=lambda item: item[1].total() + item[1].lm, reverse=True)
    return [Hypothesis(key, prefix.total() + prefix.lm, prefix.total(), prefix.frames) for key, prefix in ranked]


def _stay(
    grown: dict[tuple[int, ...], _Prefix],
    key: tuple[int, ...],
    prefix: _Prefix,
    at_blank: float,
    at_last: float,
    frame: int,
) -> None:
    """The prefix goes on without a new token: a blank, or its last token again."""
    blank = prefix.total() + at_blank
    token = prefix.token + at_last if key else _NEVER
    frames, peak = prefix.frames, prefix.peak
    if key and prefix.token > _NEVER and at_last > peak:
        frames, peak = (*frames[:-1], frame), at_last
    known = grown.get(key)
    if known is None:
        grown[key] = _Prefix(blank, token, prefix.lm, prefix.context, frames, peak)
    else:  # a shorter prefix grew into this one first
        known.blank, known.token = _add(known.blank, blank), _add(known.token, token)
        known.frames, known.peak = frames, peak


def _extend(
    grown: dict[tuple[int, ...], _Prefix],
    key: tuple[int, ...],
    token: int,
    prefix: _Prefix,
    reached: float,
    log_prob: float,
    frame: int,
    lm: CharLM | None,
    lm_weight: float,
    length_bonus: float,
) -> None:
    """The prefix takes a new token."""
    longer = (*key, token)
    known = grown.get(longer)
    if known is not None:
        known.token = _add(known.token, reached)
        return
    score, context = prefix.lm, prefix.context
    if lm is not None:
        probability, context = lm.next(context, token)
        score += lm_weight * probability + length_bonus
    grown[longer] = _Prefix(_NEVER, reached, score, context, (*prefix.frames, frame), log_prob)


def _add(a: float, b: float) -> float:
    """log(exp(a) + exp(b))"""
    if a < b:
        a, b = b, a
    return a if b == _NEVER else a + math.log1p(math.exp(b - a))
