"""The company's own intent classifier: trained from its examples, kept, and trained again when they change."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import structlog
from rich.console import Console
from rich.table import Table

from models.intent import Evaluation, IntentClassifier, LinearIntentClassifier
from models.linear_text import FORMAT, ModelUnreadable, Progress
from models.transformer_intent import TransformerIntentClassifier
from voicebot.company.examples import fingerprint, intent_examples
from voicebot.company.problems import IntentModelMissing
from voicebot.company.schema import Company
from voicebot.config import Settings

log = structlog.get_logger(__name__)

_TRAINED_FROM = "trained_from.json"
_REPORT = "report.json"


@dataclass(frozen=True, slots=True)
class Report:
    """What a training gave."""

    directory: Path
    elapsed_s: float
    evaluation: Evaluation | None
    """None where an intent has too few examples to hold some out."""

    def as_dict(self) -> dict[str, Any]:
        measured = asdict(self.evaluation) if self.evaluation else None
        return {"directory": str(self.directory), "elapsed_s": round(self.elapsed_s, 2), "evaluation": measured}


def model_directory(company: Company, *, transformer: bool = False) -> Path:
    """Where `voicebot company train` keeps the model unless told otherwise."""
    return company.directory / ("model-transformer" if transformer else "model")


def own_directory(settings: Settings) -> Path:
    """Where the system itself keeps what it trains: the company's folder need not be writable."""
    return settings.data_dir / "intents"


def trained_intents(company: Company, settings: Settings) -> IntentClassifier:
    """The classifier for exactly these examples, of the kind that models.intent names.

    The linear one comes from the company's folder or the data folder, or is trained now. Raises IntentModelMissing for
    a transformer that is not trained yet: that takes minutes to hours, which no start should.
    """
    if settings.models.intent == "transformer":
        return _trained_transformer(company)
    if (classifier := stored_intents(company, settings)) is not None:
        return classifier
    own = own_directory(settings)
    log.info("training the intent classifier", company=company.profile.name, directory=str(own))
    started = monotonic()
    classifier = _train(company)
    try:
        _save(classifier, company, own)
    except OSError as error:
        # It is in memory already: calls can be answered, only the next start trains again.
        log.warning("intent classifier not kept", directory=str(own), reason=str(error))
    measured = classifier.evaluation
    log.info("intent classifier trained", seconds=round(monotonic() - started, 1), **_brief(measured))
    return classifier


def stored_intents(company: Company, settings: Settings) -> LinearIntentClassifier | None:
    """The linear classifier for exactly these examples, where one was trained before."""
    found = (_load(company, directory) for directory in (model_directory(company), own_directory(settings)))
    return next((classifier for classifier in found if classifier is not None), None)


def train_and_measure(
    company: Company, directory: Path, *, base: str | None = None, progress: Progress = lambda done, of: None
) -> Report:
    """Train from the company's examples and save. OSError where the folder cannot be written.

    base: fine-tune this transformer (hub name or folder) instead of the linear model; needs the extra `train`.
    """
    started = monotonic()
    classifier = _train(company, progress) if base is None else _fine_tune(company, base)
    _save(classifier, company, directory)
    return Report(directory, monotonic() - started, classifier.evaluation)


def show(report: Report, console: Console) -> None:
    """Accuracy, F1 of every intent, and what is taken for what."""
    measured = report.evaluation
    if measured is None:
        console.print("Trained, but an intent has too few examples to measure anything.")
        return
    table = Table(title=f"{measured.examples} examples, each judged by a model that had not seen it")
    for column, justify in (("intent", "left"), ("F1", "right"), ("taken for", "left")):
        table.add_column(column, justify="right" if justify == "right" else "left")
    for name, f1 in sorted(measured.f1.items(), key=lambda item: item[1]):
        wrong = [f"{taken} {count}" for meant, taken, count in measured.confusions if meant == name]
        table.add_row(name, f"{f1:.2f}", ", ".join(wrong[:4]))
    console.print(table)
    console.print(
        f"accuracy {measured.accuracy:.1%}, off-topic recognised {measured.none_recall:.1%}, "
        f"wrongly taken for off-topic {measured.wrongly_none:.1%}, threshold {measured.threshold:.2f}"
    )
    console.print(f"saved to {report.directory} in {report.elapsed_s:.1f} s", highlight=False)


def _train(company: Company, progress: Progress = lambda done, of: None) -> LinearIntentClassifier:
    return LinearIntentClassifier.train(intent_examples(company), dictionary=company.words, progress=progress)


def _fine_tune(company: Company, base: str) -> TransformerIntentClassifier:
    return TransformerIntentClassifier.train(intent_examples(company), base=base)


def _trained_transformer(company: Company) -> TransformerIntentClassifier:
    directory = model_directory(company, transformer=True)
    if _origin_of(directory) != _origin(company):
        raise IntentModelMissing(
            f'models.intent is "transformer", and {directory} holds none trained from the present examples: '
            f'run `voicebot company train {company.directory} --transformer BASE`, or set models.intent to "linear"'
        )
    return TransformerIntentClassifier.load(directory)


def _save(classifier: LinearIntentClassifier | TransformerIntentClassifier, company: Company, directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / _TRAINED_FROM).unlink(missing_ok=True)  # until all is there, it is a model of nothing
    classifier.save(directory)
    measured = asdict(classifier.evaluation) if classifier.evaluation else None
    (directory / _REPORT).write_text(json.dumps(measured, ensure_ascii=False), encoding="utf-8")
    (directory / _TRAINED_FROM).write_text(json.dumps(_origin(company)), encoding="utf-8")


def _load(company: Company, directory: Path) -> LinearIntentClassifier | None:
    """The stored classifier if it was trained from these very examples."""
    if _origin_of(directory) != _origin(company):
        return None
    try:
        classifier = LinearIntentClassifier.load(directory)
    except ModelUnreadable:
        return None  # damaged: it is trained anew
    classifier.evaluation = _measured(directory)
    return classifier


def _measured(directory: Path) -> Evaluation | None:
    """What was measured when the classifier was trained; None for those of versions that kept no figures."""
    try:
        figures = json.loads((directory / _REPORT).read_text(encoding="utf-8"))
        confusions = tuple((meant, taken, count) for meant, taken, count in figures.pop("confusions"))
        return Evaluation(**figures, confusions=confusions)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _origin_of(directory: Path) -> dict[str, str | int] | None:
    """What a stored classifier was trained from; None where there is none."""
    try:
        origin: dict[str, str | int] = json.loads((directory / _TRAINED_FROM).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return origin


def _origin(company: Company) -> dict[str, str | int]:
    return {"fingerprint": fingerprint(company), "format": FORMAT}


def _brief(measured: Evaluation | None) -> dict[str, float]:
    return {"accuracy": round(measured.accuracy, 3)} if measured else {}
