"""How a company's callers end their sentences, learned from the examples of its intents.

Each example is a whole request, and each of its beginnings is not: a logistic regression on the last characters, the
pairs of characters and the length tells them apart. It takes about a second to learn, at the start, and 20 us to ask.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voicebot.letters import letters

FEWEST: Final = 200
"""Fewer examples teach too little to be asked."""

_SUFFIX: Final = 4
_LONGEST: Final = 10
"""Longer utterances are alike in length."""
_RARE: Final = 2
"""Features of fewer texts are not learned from."""
_REGULARISATION: Final = 1.0
"""Half the squared weights count this much against the loss summed over the texts."""
_STEPS: Final = 120
_NUMBER: Final = re.compile("[0-9]+")


@dataclass(frozen=True, slots=True)
class WholeRequests:
    """What was learned: a weight for each feature."""

    weights: dict[str, float] = field(repr=False)
    bias: float

    def log_odds(self, text: str) -> float:
        """That recognised text is a whole request rather than the beginning of one."""
        return self.bias + sum(self.weights.get(feature, 0.0) for feature in features(letters(text)))


def learn(examples: Iterable[str]) -> WholeRequests | None:
    """examples: whole requests, thousands at most. None where there are too few. Deterministic."""
    whole = sorted({letters(example) for example in examples} - {""})
    if len(whole) < FEWEST:
        return None
    parts = sorted({text[:end] for text in whole for end in range(1, len(text))} - set(whole))
    texts = [list(features(text)) for text in (*whole, *parts)]
    counts = Counter(feature for text in texts for feature in text)
    common = sorted(feature for feature, count in counts.items() if count >= _RARE)
    index = {feature: number for number, feature in enumerate(common)}
    rows = _padded([[index[feature] for feature in text if feature in index] for text in texts], len(index))
    truth = np.zeros(len(texts))
    truth[: len(whole)] = 1.0
    weights, bias = _fit(rows, truth, len(index))
    return WholeRequests({feature: float(weights[number]) for feature, number in index.items()}, bias)


def features(text: str) -> Iterator[str]:
    """text: letters only. Distinct names of what is seen of it."""
    shape = "^" + _NUMBER.sub("0", text)
    for length in range(1, min(_SUFFIX, len(shape)) + 1):
        yield "$" + shape[-length:]
    yield from {shape[start : start + 2] for start in range(len(shape) - 1)}
    yield from set(shape[1:])
    yield f"#{min(len(shape) - 1, _LONGEST)}"


def _padded(rows: Sequence[Sequence[int]], unused: int) -> NDArray[np.int32]:
    """[rows, longest], filled with an index that has no weight."""
    padded = np.full((len(rows), max(map(len, rows), default=0)), unused, np.int32)
    for row, numbers in zip(padded, rows, strict=True):
        row[: len(numbers)] = numbers
    return padded


def _fit(rows: NDArray[np.int32], truth: NDArray[np.float64], size: int) -> tuple[NDArray[np.float64], float]:
    """Logistic regression by Adam (Kingma & Ba 2015) over all texts at once; the last weight is the bias."""
    rows = np.hstack([rows, np.full((len(rows), 1), size + 1, np.int32)])
    weights, mean, square = np.zeros(size + 2), np.zeros(size + 2), np.zeros(size + 2)
    for step in range(1, _STEPS + 1):
        error = 1.0 / (1.0 + np.exp(-weights[rows].sum(axis=1))) - truth
        slope = np.bincount(rows.ravel(), np.repeat(error, rows.shape[1]), size + 2) + _REGULARISATION * weights
        slope[size] = 0.0
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        rate = 0.2 * (1 - step / (_STEPS + 1))
        weights -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return weights[:size], float(weights[size + 1])
