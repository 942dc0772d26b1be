"""How good a classifier is: what it takes for what, and whether its probabilities mean what they say."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from models.dialect_card import Measured

_BINS = 10

Scores = NDArray[np.float64]
Labels = NDArray[np.int64]


def measure(scores: Scores, labels: Labels, tags: Sequence[str], *, temperature: float, speakers: int) -> Measured:
    """scores: [clips, tags], logarithmic; labels: [clips]. Every tag must be spoken at least once."""
    guessed = scores.argmax(axis=1)
    counts = np.zeros((len(tags), len(tags)), int)
    np.add.at(counts, (labels, guessed), 1)
    recall = counts.diagonal() / counts.sum(axis=1)
    return Measured(
        clips=int(labels.size),
        speakers=speakers,
        accuracy=round(float(recall.mean()), 4),
        recall={tag: round(float(share), 4) for tag, share in zip(tags, recall, strict=True)},
        confusion={
            spoken: {said: int(count) for said, count in zip(tags, row, strict=True)}
            for spoken, row in zip(tags, counts, strict=True)
        },
        calibration_error=round(calibration_error(probabilities(scores, temperature), labels), 4),
    )


def probabilities(scores: Scores, temperature: float = 1.0) -> Scores:
    """[clips, tags], rows sum to 1."""
    cooled = scores / temperature
    shares = np.exp(cooled - cooled.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def best_temperature(scores: Scores, labels: Labels) -> float:
    """What to divide the scores by for the likeliest labels, every dialect counting alike (Guo et al., 2017).

    0.5 to 20: a few recordings that are all told apart do not make a network infallible.
    """
    counts = np.bincount(labels, minlength=scores.shape[1])
    weights = 1 / counts[labels]

    def surprise(logarithm: float) -> float:
        said = probabilities(scores, float(np.exp(logarithm)))[np.arange(labels.size), labels]
        return float((-np.log(np.maximum(said, 1e-12)) * weights).sum())

    return float(np.exp(minimize_scalar(surprise, bounds=(-0.7, 3.0), method="bounded").x))


def calibration_error(shares: Scores, labels: Labels) -> float:
    """Mean distance between the probability of the guess and the share of hits, over ten bins of probability."""
    stated = shares.max(axis=1)
    hit = shares.argmax(axis=1) == labels
    bins = np.minimum((stated * _BINS).astype(int), _BINS - 1)
    gaps = [abs(stated[bins == b].mean() - hit[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    return float(sum(gaps))
