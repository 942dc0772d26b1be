"""What the caller wants: an intent of the company, or "none" of them.

The classifier learns from the company's own examples in seconds, and is trusted as far as its held-out answers allow.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from models.linear_text import CrossValidated, Featurize, LinearTextModel, Progress, described_model
from models.text_views import TextViews
from models.understanding import Intent

__all__ = ["NONE", "Evaluation", "Intent", "IntentClassifier", "IntentExamplesUnusable", "LinearIntentClassifier"]

NONE: Final = "none"
"""The name of "none of these". Its examples are what people say that is not the company's business."""
ALTERNATIVES: Final = 3

_WRONG: Final = -0.5
"""Worth of acting on a wrong intent, against 1 for the right answer and 0 for asking again."""
_OFF_TOPIC_SHARE: Final = 0.15
"""Share of utterances on a real line that are no intent, by which the threshold weighs the examples. An estimate."""


class IntentExamplesUnusable(ValueError):
    """Nothing can be learnt from the examples given."""


class IntentClassifier(Protocol):
    """Texts in, one intent each out. May be called from any thread."""

    def classify(self, texts: Sequence[str]) -> list[Intent]: ...


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Cross-validated figures: each example was judged by a model that had not seen it."""

    accuracy: float
    """Right intent or rightly "none", after the threshold."""
    none_recall: float
    """Share of off-topic examples that got "none"; NaN without such examples."""
    wrongly_none: float
    """Share of the intents' examples that got "none"."""
    f1: Mapping[str, float]
    confusions: tuple[tuple[str, str, int], ...]
    """(meant, understood, how often), most frequent first."""
    calibration_error: float
    """How far confidence and share of right answers lie apart, before the threshold (ECE over ten bins)."""
    threshold: float
    examples: int


class LinearIntentClassifier:
    """Character and pinyin n-grams with a calibrated linear model."""

    def __init__(
        self,
        model: LinearTextModel,
        threshold: float,
        dictionary: Sequence[str] = (),
        evaluation: Evaluation | None = None,
    ) -> None:
        """dictionary: the words that the model was trained with. evaluation: only after training."""
        self._model = model
        self._threshold = threshold
        self._dictionary = tuple(dictionary)
        self.evaluation = evaluation

    @classmethod
    def train(
        cls,
        examples: Mapping[str, Sequence[str]],
        *,
        dictionary: Sequence[str] = (),
        progress: Progress = lambda done, of: None,
    ) -> "LinearIntentClassifier":
        """examples: intent -> what people say, with the off-topic ones under "none".

        dictionary: the company's own words. Sentences that no company is called about are always learnt as "none".
        """
        texts, labels = flatten(examples)
        measured = len(texts)
        if any(label == NONE for label in labels):
            off_topic = [sentence for sentence in off_topic_sentences() if sentence not in set(texts)]
            texts, labels = texts + off_topic, labels + [NONE] * len(off_topic)
        views = TextViews(dictionary)
        model, held_out = LinearTextModel.train(views.features, texts, labels, measured=measured, progress=progress)
        if held_out is None:
            return cls(model, 0.0, dictionary)
        threshold = best_threshold(held_out)
        return cls(model, threshold, dictionary, evaluate(held_out, threshold))

    def classify(self, texts: Sequence[str]) -> list[Intent]:
        return [
            decide(self._model.classes, row, self._threshold) if text.strip() else Intent(NONE, 1.0)
            for text, row in zip(texts, self._model.probabilities(texts), strict=True)
        ]

    def save(self, directory: Path) -> None:
        """Plain arrays and JSON in `directory`."""
        self._model.save(directory, threshold=self._threshold, dictionary=self._dictionary)

    @classmethod
    def load(cls, directory: Path) -> "LinearIntentClassifier":
        """Raises ModelUnreadable."""
        model = LinearTextModel.load(directory, _featurize)
        described = described_model(directory)
        return cls(model, float(described["threshold"]), described["dictionary"])


def decide(classes: Sequence[str], probabilities: NDArray[np.float64], threshold: float) -> Intent:
    """The likeliest intent, or "none" with the others as alternatives where none is likely enough."""
    order = np.argsort(-probabilities)
    ranked = [(classes[number], float(probabilities[number])) for number in order[: ALTERNATIVES + 1]]
    name, confidence = ranked[0]
    if name != NONE and confidence < threshold:
        return Intent(NONE, 1.0 - confidence, tuple(ranked[:ALTERNATIVES]))
    return Intent(name, confidence, tuple(ranked[1:]))


def flatten(examples: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    """Texts and their labels. Raises IntentExamplesUnusable where there is nothing to tell apart."""
    pairs = [(text, name) for name, said in examples.items() for text in said if text.strip()]
    missing = sorted(name for name in examples if not any(label == name for _, label in pairs))
    if missing:
        raise IntentExamplesUnusable(f"no examples for {', '.join(missing)}; write some in the intent's file")
    if len(examples) < 2:
        raise IntentExamplesUnusable("there must be at least two intents with examples")
    return [text for text, _ in pairs], [name for _, name in pairs]


def best_threshold(held_out: CrossValidated) -> float:
    """The confidence under which it is worth asking again rather than acting."""
    names, confidence, truth = _answers(held_out)
    off_topic = truth == NONE
    weights = np.where(off_topic, _OFF_TOPIC_SHARE / max(off_topic.sum(), 1), 1 / max((~off_topic).sum(), 1))

    def worth(threshold: float) -> float:
        answered = np.where(confidence < threshold, NONE, names)
        right = answered == truth
        asked_again = (answered == NONE) & ~off_topic
        return float((weights * np.where(right, 1.0, np.where(asked_again, 0.0, _WRONG))).sum())

    return float(max(np.arange(0.0, 0.61, 0.02), key=worth))


def evaluate(held_out: CrossValidated, threshold: float) -> Evaluation:
    """Figures of cross-validated answers under a threshold."""
    names, confidence, truth = _answers(held_out)
    answered = np.where(confidence < threshold, NONE, names)
    off_topic = truth == NONE
    confusions = Counter((str(t), str(a)) for t, a in zip(truth, answered, strict=True) if t != a)
    return Evaluation(
        accuracy=float(np.mean(answered == truth)),
        none_recall=float(np.mean(answered[off_topic] == NONE)) if off_topic.any() else float("nan"),
        wrongly_none=float(np.mean(answered[~off_topic] == NONE)),
        f1={name: _f1(truth == name, answered == name) for name in held_out.classes},
        confusions=tuple((meant, understood, count) for (meant, understood), count in confusions.most_common()),
        calibration_error=_calibration_error(confidence, names == truth),
        threshold=threshold,
        examples=truth.size,
    )


def off_topic_sentences() -> list[str]:
    """data/off_topic.txt without its comments."""
    lines = files("models").joinpath("data", "off_topic.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _answers(held_out: CrossValidated) -> tuple[NDArray[np.str_], NDArray[np.float64], NDArray[np.str_]]:
    best = held_out.probabilities.argmax(axis=1)
    return np.array(held_out.classes)[best], held_out.probabilities.max(axis=1), np.array(held_out.labels)


def _f1(truth: NDArray[np.bool_], answered: NDArray[np.bool_]) -> float:
    both = int((truth & answered).sum())
    return 2 * both / max(int(truth.sum() + answered.sum()), 1)


def _calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    bins = np.minimum((confidence * 10).astype(int), 9)
    parts = (bins == number for number in np.unique(bins))
    return float(sum(abs(right[part].mean() - confidence[part].mean()) * part.mean() for part in parts))


def _featurize(described: dict[str, Any]) -> Featurize:
    return TextViews(described["dictionary"]).features
