"""An end-of-turn model hears the last 8 s as it was trained to, answers from the model host, and is never needed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.bundle import LOCK_FILE, ModelError
from models.catalogue import catalogue
from models.end_of_turn import EndOfTurnModel, end_of_turn_service, installed_file
from models.inference import ModelClient, ModelHost, Service
from models.speech_client import SpeechModels
from tests.models.onnx_files import end_of_turn_file
from tests.models.patient import patient

TONE = (8_000 * np.sin(2 * np.pi * 300 * np.arange(8_000) / 8_000)).astype(np.int16)
SILENCE = np.zeros(8_000, np.int16)


@pytest.fixture
def model(tmp_path: Path) -> EndOfTurnModel:
    return EndOfTurnModel(end_of_turn_file(tmp_path / "turns.onnx"))


@asynccontextmanager
async def speech_models(folder: Path, services: Mapping[str, Service]) -> AsyncIterator[SpeechModels]:
    address = f"unix:{folder}/models.sock"
    host = ModelHost(address, services)
    serving = asyncio.ensure_future(host.serve())
    await asyncio.wait_for(host.ready.wait(), 30)
    async with ModelClient(address) as client:
        yield patient(client)
    serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving


@pytest.mark.parametrize("seconds", [0.0, 0.01, 1.0, 8.0, 20.0])
def test_audio_of_any_length_becomes_eighty_bands_of_eight_seconds(model: EndOfTurnModel, seconds: float) -> None:
    noise = np.random.default_rng(1).normal(0, 500, int(seconds * 8_000)).astype(np.int16)
    features = model.features(noise)
    assert features.shape == (80, 800)
    assert np.isfinite(features).all()


def test_the_end_of_the_audio_is_the_end_of_the_window_and_silence_is_put_before_it(model: EndOfTurnModel) -> None:
    loudness = model.features(TONE).max(axis=0)
    assert loudness[710:790].min() > loudness[:690].max()


def test_only_the_last_eight_seconds_count(model: EndOfTurnModel) -> None:
    speech = np.random.default_rng(2).normal(0, 900, 8 * 8_000).astype(np.int16)
    longer = np.concatenate([TONE, speech])
    assert np.array_equal(model.features(longer), model.features(speech))


def test_loudness_makes_no_difference(model: EndOfTurnModel) -> None:
    assert model.features(TONE // 8) == pytest.approx(model.features(TONE), abs=0.05)


def test_each_utterance_gets_its_own_answer(model: EndOfTurnModel) -> None:
    over, going_on = model.probabilities([np.concatenate([TONE, SILENCE]), np.concatenate([SILENCE, TONE])])
    assert 0.0 <= going_on < 0.5 < over <= 1.0


async def test_the_model_host_answers_what_the_model_says(model: EndOfTurnModel, tmp_path: Path) -> None:
    async with speech_models(tmp_path, {"end_of_turn": end_of_turn_service(model)}) as models:
        assert await models.end_probability(TONE) == pytest.approx(model.probabilities([TONE])[0], abs=1e-6)


async def test_without_a_model_there_is_no_answer_and_no_second_question(tmp_path: Path) -> None:
    async with speech_models(tmp_path, {}) as models:
        assert await models.end_probability(TONE) is None
        assert await models.end_probability(TONE) is None


async def test_a_model_that_fails_is_no_answer(tmp_path: Path) -> None:
    async def broken(payload: dict[str, NDArray[np.int16]]) -> dict[str, float]:
        raise RuntimeError("out of order")

    async with speech_models(tmp_path, {"end_of_turn": broken}) as models:
        assert await models.end_probability(TONE) is None


async def test_a_malformed_request_is_refused(model: EndOfTurnModel) -> None:
    answer = end_of_turn_service(model)({"samples": np.zeros((2, 4), np.float32)})
    assert not isinstance(answer, AsyncIterator)
    with pytest.raises(TypeError):
        await answer


def test_a_file_of_another_kind_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="waveform"):
        EndOfTurnModel(end_of_turn_file(tmp_path / "other.onnx", input_name="waveform"))
    (tmp_path / "text.onnx").write_text("no model")
    with pytest.raises(ModelError, match=r"text\.onnx"):
        EndOfTurnModel(tmp_path / "text.onnx")


def test_it_is_off_unless_installed(tmp_path: Path) -> None:
    assert installed_file(None) is None
    assert installed_file(tmp_path) is None
    entry = catalogue()["smart-turn"]
    folder = tmp_path / entry.name
    folder.mkdir()
    end_of_turn_file(folder / entry.files[0])
    (folder / LOCK_FILE).write_text("{}")
    assert installed_file(tmp_path) == folder / entry.files[0]
