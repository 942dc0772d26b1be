"""Guards that the intent classifier belongs to the examples as they stand, and understands the sample's callers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from models.intent import LinearIntentClassifier
from voicebot.company import Company, load_company, training
from voicebot.company.examples import fingerprint, intent_examples
from voicebot.config import Settings
from voicebot.demo import SAMPLE_COMPANY

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def company() -> Company:
    return load_company(SAMPLE_COMPANY, today=TODAY)


@pytest.fixture(scope="module")
def small(company: Company) -> Company:
    """Two intents only: training takes a moment."""
    few = {name: company.intents[name] for name in ("invoice", "exchange")}
    return company.model_copy(update={"intents": few, "directory": Path("nowhere")})


@pytest.fixture(scope="module")
def trained(
    company: Company, tmp_path_factory: pytest.TempPathFactory
) -> tuple[training.Report, LinearIntentClassifier]:
    directory = tmp_path_factory.mktemp("model")
    return training.train_and_measure(company, directory), LinearIntentClassifier.load(directory)


def with_example(company: Company, text: str) -> Company:
    intent = company.intents["invoice"]
    changed = intent.model_copy(update={"examples": (*intent.examples, text)})
    return company.model_copy(update={"intents": {**company.intents, "invoice": changed}})


def test_intents_with_the_role_none_are_learned_as_none(company: Company) -> None:
    examples = intent_examples(company)
    assert examples["none"] == company.intents["none"].examples and examples.keys() == company.intents.keys()


def test_the_fingerprint_follows_the_examples_and_nothing_else(company: Company) -> None:
    assert fingerprint(with_example(company, "开票开票")) != fingerprint(company)
    assert fingerprint(company.model_copy(update={"orders": ()})) == fingerprint(company)


def test_it_is_trained_once_and_again_when_an_example_is_added(small: Company, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    training.trained_intents(small, settings)
    weights = {path: path.stat().st_mtime_ns for path in (tmp_path / "intents").iterdir()}
    training.trained_intents(small, settings)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "intents").iterdir()} == weights
    training.trained_intents(with_example(small, "开票开票"), settings)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "intents").iterdir()} != weights


def test_a_model_trained_beforehand_in_the_company_folder_is_used(small: Company, tmp_path: Path) -> None:
    own = small.model_copy(update={"directory": tmp_path / "company"})
    training.train_and_measure(own, training.model_directory(own))
    training.trained_intents(own, Settings(data_dir=tmp_path / "data"))
    assert not (tmp_path / "data" / "intents").exists()


def test_a_damaged_model_is_trained_anew(small: Company, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    training.trained_intents(small, settings)
    for path in (tmp_path / "intents").iterdir():
        path.write_bytes(b"damaged")
    assert training.trained_intents(small, settings).classify(["我要开发票"])[0].name == "invoice"


def test_the_sample_company_s_intents_can_be_told_apart(
    trained: tuple[training.Report, LinearIntentClassifier],
) -> None:
    measured = trained[0].evaluation
    assert measured is not None and measured.accuracy > 0.75
    assert measured.f1["invoice"] > 0.9 and measured.f1["return_refund"] > 0.85


def test_what_the_simulated_callers_want_is_understood(
    company: Company, trained: tuple[training.Report, LinearIntentClassifier]
) -> None:
    turns = [turn for caller in company.callers.values() for turn in caller.turns if turn.expect_intent and turn.say]
    understood = trained[1].classify([turn.say for turn in turns])
    wrong = [
        (turn.say, intent) for turn, intent in zip(turns, understood, strict=True) if intent.name != turn.expect_intent
    ]
    assert not wrong
