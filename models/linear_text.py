"""A calibrated linear classifier of short texts: TF-IDF of several views, one-against-rest margins, one temperature.

Stored as plain arrays and JSON, never as pickle: opening a model file runs no code.
"""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from scipy.special import log_softmax, softmax
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

Featurize = Callable[[str], tuple[list[str], ...]]
"""Text -> the features of each view."""
Progress = Callable[[int, int], None]
"""Called with the steps that are done, and how many there are."""

FORMAT: Final = 1
_REGULARISATION: Final = 0.5
_FOLDS: Final = 5
_UNCALIBRATED: Final = 6.0
"""Temperature where there are too few examples to measure one; what was measured on the sample company."""


class ModelUnreadable(RuntimeError):
    """A stored text classifier is missing or damaged."""


@dataclass(frozen=True, slots=True)
class CrossValidated:
    """What the model says of each training text when it has not seen it. probabilities: [texts, classes]."""

    classes: tuple[str, ...]
    labels: tuple[str, ...]
    probabilities: NDArray[np.float64]


class Tfidf:
    """Vocabulary and weights of every view; a text becomes one sparse row, each view scaled to length 1."""

    def __init__(self, featurize: Featurize, vocabularies: Sequence[Sequence[str]], idf: NDArray[np.float32]) -> None:
        """idf: [features], the views one after the other."""
        self.vocabularies = [list(vocabulary) for vocabulary in vocabularies]
        self.idf = idf
        self._featurize = featurize
        self._index: list[dict[str, int]] = []
        offset = 0
        for vocabulary in self.vocabularies:
            self._index.append({feature: offset + position for position, feature in enumerate(vocabulary)})
            offset += len(vocabulary)

    @classmethod
    def fit(cls, featurize: Featurize, texts: Sequence[str]) -> "Tfidf":
        """Smoothed inverse document frequency, ln((1 + n) / (1 + df)) + 1."""
        frequencies: list[Counter[str]] = []
        for text in texts:
            views = featurize(text)
            frequencies = frequencies or [Counter() for _ in views]
            for counter, features in zip(frequencies, views, strict=True):
                counter.update(set(features))
        vocabularies = [sorted(counter) for counter in frequencies]
        idf = [
            math.log((1 + len(texts)) / (1 + counter[feature])) + 1
            for counter, vocabulary in zip(frequencies, vocabularies, strict=True)
            for feature in vocabulary
        ]
        return cls(featurize, vocabularies, np.array(idf, np.float32))

    def row(self, text: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Indices and values of the text's known features."""
        indices: list[int] = []
        values: list[float] = []
        for index, features in zip(self._index, self._featurize(text), strict=True):
            counts = Counter(index[feature] for feature in features if feature in index)
            weights = [(1 + math.log(count)) * float(self.idf[position]) for position, count in counts.items()]
            length = math.hypot(*weights) or 1.0
            indices.extend(counts)
            values.extend(weight / length for weight in weights)
        return np.array(indices, np.int32), np.array(values, np.float32)

    def matrix(self, texts: Iterable[str]) -> csr_matrix:
        """[texts, features]."""
        rows = [self.row(text) for text in texts]
        ends = np.cumsum([0, *(indices.size for indices, _ in rows)])
        data = np.concatenate([values for _, values in rows])
        columns = np.concatenate([indices for indices, _ in rows])
        return csr_matrix((data, columns, ends), shape=(len(rows), self.idf.size))


class LinearTextModel:
    """Probabilities of classes for texts. Thread-safe once built; about 1 ms a text."""

    def __init__(
        self,
        classes: Sequence[str],
        tfidf: Tfidf,
        weights: NDArray[np.float32],
        bias: NDArray[np.float32],
        temperature: float,
    ) -> None:
        """weights: [features, classes]; bias: [classes]."""
        self.classes = tuple(classes)
        self._tfidf, self._weights, self._bias = tfidf, weights, bias
        self._temperature = temperature

    @classmethod
    def train(
        cls,
        featurize: Featurize,
        texts: Sequence[str],
        labels: Sequence[str],
        *,
        measured: int | None = None,
        progress: Progress = lambda done, of: None,
    ) -> tuple["LinearTextModel", CrossValidated | None]:
        """The model, and its cross-validation where every class has two texts at least.

        measured: only the first so many texts are held out in turn; those after them are always learnt from.
        """
        count = len(texts) if measured is None else measured
        classes = tuple(sorted(set(labels)))
        held_out = _cross_validated_margins(featurize, texts, labels, count, classes, progress)
        temperature = _UNCALIBRATED if held_out is None else _temperature(held_out, labels[:count], classes)
        tfidf = Tfidf.fit(featurize, texts)
        weights, bias = _fit(tfidf.matrix(texts), labels, classes)
        model = cls(classes, tfidf, weights, bias, temperature)
        if held_out is None:
            return model, None
        return model, CrossValidated(classes, tuple(labels[:count]), softmax(held_out * temperature, axis=1))

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """[texts, classes], rows sum to 1."""
        margins = np.empty((len(texts), len(self.classes)))
        for number, text in enumerate(texts):
            indices, values = self._tfidf.row(text)
            margins[number] = values @ self._weights[indices] + self._bias
        return np.asarray(softmax(margins * self._temperature, axis=1), np.float64)

    def save(self, directory: Path, **more: Any) -> None:
        """Two files, weights.npz and model.json; `more` is kept in the JSON."""
        directory.mkdir(parents=True, exist_ok=True)
        unfinished = directory / "weights.part.npz"
        np.savez_compressed(unfinished, weights=self._weights.astype(np.float16), bias=self._bias, idf=self._tfidf.idf)
        described = {
            "format": FORMAT,
            "classes": self.classes,
            "temperature": self._temperature,
            "vocabularies": self._tfidf.vocabularies,
            **more,
        }
        (directory / "model.json").write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")
        unfinished.replace(directory / "weights.npz")

    @classmethod
    def load(cls, directory: Path, featurize: Callable[[dict[str, Any]], Featurize]) -> "LinearTextModel":
        """featurize: makes the featurizer from what was stored as `more`."""
        described = described_model(directory)
        try:
            with np.load(directory / "weights.npz", allow_pickle=False) as arrays:
                weights, bias, idf = (arrays[name].astype(np.float32) for name in ("weights", "bias", "idf"))
            tfidf = Tfidf(featurize(described), described["vocabularies"], idf)
            classes = described["classes"]
            if weights.shape != (sum(map(len, tfidf.vocabularies)), len(classes)) or idf.size != weights.shape[0]:
                raise ValueError("weights and vocabulary have different sizes")
            return cls(classes, tfidf, weights, bias, float(described["temperature"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelUnreadable(f"the text model in {directory} is damaged ({error}); train it again") from error


def described_model(directory: Path) -> dict[str, Any]:
    """What model.json of a stored model says."""
    try:
        described = json.loads((directory / "model.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelUnreadable(f"there is no text model in {directory}; train it first") from error
    except (OSError, ValueError) as error:
        raise ModelUnreadable(f"the text model in {directory} is damaged ({error}); train it again") from error
    if not isinstance(described, dict) or described.get("format") != FORMAT:
        raise ModelUnreadable(f"the text model in {directory} is of another version; train it again")
    return described


def _fit(
    rows: csr_matrix, labels: Sequence[str], classes: Sequence[str]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """weights [features, classes], bias [classes]."""
    machine = LinearSVC(C=_REGULARISATION, class_weight="balanced", random_state=0).fit(rows, list(labels))
    weights, bias = machine.coef_.T, machine.intercept_
    if len(classes) == 2:  # scikit-learn gives one margin for two classes
        weights, bias = np.hstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return weights.astype(np.float32), bias.astype(np.float32)


def _cross_validated_margins(
    featurize: Featurize,
    texts: Sequence[str],
    labels: Sequence[str],
    count: int,
    classes: tuple[str, ...],
    progress: Progress,
) -> NDArray[np.float64] | None:
    """[count, classes], or None where some class has a single text."""
    folds = min(_FOLDS, *Counter(labels[:count]).values())
    if folds < 2 or set(labels[:count]) != set(classes):
        return None
    margins = np.empty((count, len(classes)))
    always = list(range(count, len(texts)))
    divided = StratifiedKFold(folds, shuffle=True, random_state=0).split(range(count), labels[:count])
    for fold, (learnt, held_out) in enumerate(divided):
        progress(fold, folds + 1)
        chosen = [*learnt, *always]
        tfidf = Tfidf.fit(featurize, [texts[number] for number in chosen])
        weights, bias = _fit(
            tfidf.matrix(texts[number] for number in chosen), [labels[number] for number in chosen], classes
        )
        margins[held_out] = tfidf.matrix(texts[number] for number in held_out) @ weights + bias
    progress(folds, folds + 1)
    return margins


def _temperature(margins: NDArray[np.float64], labels: Sequence[str], classes: tuple[str, ...]) -> float:
    """Factor on the margins that makes the held-out texts likeliest (Guo et al. 2017)."""
    truth = np.array([classes.index(label) for label in labels])
    rows = np.arange(truth.size)

    def loss(temperature: float) -> float:
        return float(-log_softmax(margins * temperature, axis=1)[rows, truth].mean())

    return float(minimize_scalar(loss, bounds=(0.5, 30.0), method="bounded").x)
