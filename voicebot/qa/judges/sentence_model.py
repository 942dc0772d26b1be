"""Small classifiers of sentences, learnt when first used from the examples that ship with the package.

Linear, calibrated by cross-validation on the same examples: 40 to 60 a class, all by one author. They know the common
ways to say a thing, and nothing of tone of voice. `cross_validated` says how well they do.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from models.linear_text import CrossValidated, LinearTextModel
from models.text_views import TextViews


class SentenceModel:
    """Thread-safe; about 1 ms a sentence."""

    def __init__(self, model: LinearTextModel) -> None:
        self._model = model

    def probability(self, label: str, sentences: Sequence[str]) -> list[float]:
        """Of `label`, for each sentence."""
        column = self._model.classes.index(label)
        return [float(row[column]) for row in self._model.probabilities(sentences)]


@cache
def sentence_model(name: str) -> SentenceModel:
    """Of data/NAME.toml, whose keys are the classes. Learning takes about a second."""
    return SentenceModel(_learnt(name)[0])


def cross_validated(name: str) -> CrossValidated:
    """What the model says of each example when it has not seen it."""
    held_out = _learnt(name)[1]
    assert held_out is not None, "every class of a shipped file has many examples"
    return held_out


@cache
def _learnt(name: str) -> tuple[LinearTextModel, CrossValidated | None]:
    text = files("voicebot.qa").joinpath("data", f"{name}.toml").read_text(encoding="utf-8")
    pairs = [(sentence, label) for label, sentences in tomllib.loads(text).items() for sentence in sentences]
    sentences, labels = zip(*pairs, strict=True)
    return LinearTextModel.train(TextViews(()).features, sentences, labels)
