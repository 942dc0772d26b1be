"""A dialect classifier answers with probabilities or says that it heard too little; one nobody measured is not used."""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.bundle import ModelError, ModelMissing
from models.dialect import DialectClassifier, dialect_folder, dialect_service
from models.dialect_card import CARD_FILE, Ear, read_card, write_card
from models.dialect_ear import heard
from models.dialect_guess import DialectGuess
from models.inference import ModelClient, ModelHost, Service
from tests.models import dialect_files
from tests.models.patient import patient

TIMES = np.arange(16_000) / 8_000
DULL = (6_000 * np.sin(2 * np.pi * 200 * TIMES)).astype(np.int16)
SHARP = (6_000 * np.sin(2 * np.pi * 2_500 * TIMES)).astype(np.int16)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return dialect_files.dialect_folder(tmp_path / "dialect")


@pytest.fixture
def model(folder: Path) -> DialectClassifier:
    return DialectClassifier.load(folder)


def top(guess: DialectGuess | None) -> str:
    assert guess is not None
    return max(guess.probabilities, key=lambda tag: guess.probabilities[tag])


def test_each_utterance_gets_its_own_guess_worth_as_much_as_was_measured(model: DialectClassifier) -> None:
    guesses = model.classify([DULL, SHARP])
    assert [top(guess) for guess in guesses] == ["cmn", "yue"]
    assert all(guess is not None and guess.accuracy == 0.9 for guess in guesses)


def test_too_short_an_utterance_is_no_evidence(model: DialectClassifier) -> None:
    assert model.classify([DULL[:7_999], DULL[:0], DULL[:8_000]])[:2] == [None, None]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), seconds=st.floats(1, 40), level=st.floats(0, 32_000))
def test_probabilities_sum_to_one_whatever_is_heard(
    tmp_path_factory: pytest.TempPathFactory, seed: int, seconds: float, level: float
) -> None:
    model = DialectClassifier.load(dialect_files.dialect_folder(tmp_path_factory.mktemp("any")))
    noise = np.random.default_rng(seed).uniform(-level, level, int(seconds * 8_000)).astype(np.int16)
    [guess] = model.classify([noise])
    assert guess is not None and sum(guess.probabilities.values()) == pytest.approx(1.0)


def test_a_higher_temperature_makes_the_guess_less_sure(folder: Path) -> None:
    sure = DialectClassifier.load(folder).classify([DULL])[0]
    card = read_card(folder)
    write_card(folder, type(card)(card.tags, card.ear, card.measured, temperature=20.0))
    unsure = DialectClassifier.load(folder).classify([DULL])[0]
    assert sure is not None and unsure is not None
    assert 0.5 < unsure.probabilities["cmn"] < sure.probabilities["cmn"]


@pytest.mark.parametrize("seconds", [0.0, 0.01, 1.0, 8.0, 20.0])
def test_a_window_of_mel_bands_is_always_full(seconds: float) -> None:
    noise = np.random.default_rng(1).normal(0, 500, int(seconds * 8_000)).astype(np.int16)
    bands = heard(noise, Ear("mel", longest_s=4, mels=80))
    assert bands.shape == (80, 400) and bands.dtype == np.float32 and np.isfinite(bands).all()


def test_only_the_last_seconds_are_heard_at_any_loudness() -> None:
    ear = Ear("waveform", longest_s=2)
    speech = np.random.default_rng(2).normal(0, 900, 16_000).astype(np.int16)
    assert np.array_equal(heard(np.concatenate([SHARP, speech]), ear), heard(speech, ear))
    assert heard(DULL // 8, ear) == pytest.approx(heard(DULL, ear), abs=0.02)
    assert heard(DULL[:100], ear).size == 16_000


async def asked(services: Mapping[str, Service], samples: NDArray[np.int16], where: Path) -> DialectGuess | None:
    host = ModelHost(f"unix:{where}/m.sock", services)
    serving = asyncio.ensure_future(host.serve())
    await asyncio.wait_for(host.ready.wait(), 30)
    try:
        async with ModelClient(f"unix:{where}/m.sock") as client:
            return await patient(client).dialect(samples)
    finally:
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


@pytest.mark.parametrize("samples", [DULL, SHARP, DULL[:100]])
async def test_the_model_host_answers_what_the_model_says(
    model: DialectClassifier, tmp_path: Path, samples: NDArray[np.int16]
) -> None:
    guess = await asked({"dialect": dialect_service(model)}, samples, tmp_path)
    assert guess == model.classify([samples])[0]


async def test_without_a_model_or_with_one_that_fails_there_is_no_guess(tmp_path: Path) -> None:
    async def broken(_payload: dict[str, Any]) -> dict[str, Any]:
        raise RuntimeError("out of order")

    assert await asked({}, SHARP, tmp_path) is None
    assert await asked({"dialect": broken}, SHARP, tmp_path) is None


async def test_a_malformed_request_is_refused(model: DialectClassifier) -> None:
    with pytest.raises(TypeError):
        await dialect_service(model)({"samples": np.zeros((2, 4), np.float32)})  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"measured": None}, "no measured figures"),
        ({"format": 9}, "format"),
        ({"tags": ["cmn"]}, "fewer than two"),
        ({"tags": "cmn yue"}, "no list"),
        ({"tags": ["cmn", "yue", "wuu"]}, "different trainings"),
        ({"temperature": 0}, "out of range"),
        ({"ear": {"kind": "nose"}}, "waveform or mel"),
        ({"ear": {"kind": "mel", "longest_s": 2.5}}, "whole seconds"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_classifier_that_is_not_to_be_trusted_is_refused(folder: Path, change: dict[str, Any], told: str) -> None:
    described = json.loads((folder / CARD_FILE).read_text(encoding="utf-8")) | change
    (folder / CARD_FILE).write_text(json.dumps(described), encoding="utf-8")
    with pytest.raises(ModelError, match=told):
        DialectClassifier.load(folder)


def test_files_of_another_kind_are_refused_with_their_name(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(ModelError, match=r"dialect\.json"):
        DialectClassifier.load(tmp_path)
    other = dialect_files.dialect_folder(tmp_path / "other", input_name="input_features")
    with pytest.raises(ModelError, match=r"model\.onnx"):
        DialectClassifier.load(other)
    (folder / "model.onnx").write_text("no model")
    with pytest.raises(ModelError, match="train it again"):
        DialectClassifier.load(folder)


def test_it_is_off_unless_named_or_installed(tmp_path: Path, folder: Path) -> None:
    assert dialect_folder(None, None) is None
    assert dialect_folder(None, tmp_path) is None
    assert dialect_folder(str(folder), tmp_path) == folder
    with pytest.raises(ModelMissing, match="nowhere"):
        dialect_folder(str(tmp_path / "nowhere"), tmp_path)
