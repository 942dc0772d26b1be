"""Guards the model host's queue as calls reach it, over the wire: what a call gives up or replaces is never computed,
the end of a turn overtakes, utterances of a length share a batch, and the host says how busy it is."""

import asyncio
import contextlib
import shutil
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from models.asr import Priority, Transcript, Utterance
from models.batching import BatchQueue
from models.bundle import LOCK_FILE
from models.catalogue import catalogue
from models.inference import ModelCallFailed, ModelClient, ModelHost
from models.speech_client import SpeechModels
from tests.models.dialect_files import dialect_folder
from tests.models.onnx_files import end_of_turn_file
from tests.models.patient import patient
from voicebot.company import load_company
from voicebot.company_models import CompanyModels
from voicebot.config import ModelSection, Settings
from voicebot.inference import alike, load_service, load_services, recognition_services


class Recogniser:
    """Hears the number of samples as the text. Its thread waits at the gate, so that a test decides when it is done."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.gate = threading.Semaphore(0)

    def __call__(self, utterances: Sequence[Utterance]) -> list[Transcript]:
        texts = [str(utterance.samples.size) for utterance in utterances]
        self.batches.append(texts)
        assert self.gate.acquire(timeout=30)
        return [Transcript(text, text, "zh", 0.9, 1.0, "test") for text in texts]


@pytest.fixture
def recogniser() -> Recogniser:
    return Recogniser()


@pytest.fixture
async def models(recogniser: Recogniser, tmp_path: Path) -> AsyncIterator[SpeechModels]:
    queue = BatchQueue(recogniser, max_batch=1, alike=alike)
    services = {**recognition_services(queue), "load": load_service({"asr": queue})}
    host = ModelHost(f"unix:{tmp_path}/models.sock", services)
    serving = asyncio.ensure_future(host.serve())
    await asyncio.wait_for(host.ready.wait(), 30)
    async with ModelClient(f"unix:{tmp_path}/models.sock") as client:
        yield patient(client)
    for _ in range(10):
        recogniser.gate.release()
    serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving
    queue.close()


async def asked(
    models: SpeechModels, samples: int, priority: Priority, key: str | None = None
) -> "asyncio.Task[Transcript]":
    """A request that has reached the host's queue: what one client asks arrives in order."""
    await models.load()
    task = asyncio.ensure_future(models.transcribe(np.zeros(samples, np.int16), priority=priority, key=key))
    await asyncio.sleep(0)
    await models.load()
    return task


async def waiting(models: SpeechModels, requests: int) -> None:
    """Returns when so many wait."""
    async with asyncio.timeout(30):
        while (await models.load())["asr"].waiting != requests:  # noqa: ASYNC110 - only the host knows
            await asyncio.sleep(0.001)


async def test_what_a_call_gives_up_while_it_waits_is_not_computed(
    models: SpeechModels, recogniser: Recogniser
) -> None:
    first = await asked(models, 101, Priority.SPECULATIVE)
    given_up = await asked(models, 102, Priority.SPECULATIVE)
    third = await asked(models, 103, Priority.SPECULATIVE)
    await waiting(models, 2)
    given_up.cancel()
    await waiting(models, 1)
    recogniser.gate.release(2)
    assert [(await first).text, (await third).text] == ["101", "103"]
    assert recogniser.batches == [["101"], ["103"]]


async def test_the_end_of_a_turn_overtakes_what_is_asked_on_suspicion(
    models: SpeechModels, recogniser: Recogniser
) -> None:
    tasks = [await asked(models, 101 + n, Priority.SPECULATIVE, f"call-{n}") for n in range(4)]
    await models.promote("call-3")
    recogniser.gate.release(4)
    await asyncio.gather(*tasks)
    assert recogniser.batches == [["101"], ["104"], ["102"], ["103"]]


async def test_a_newer_partial_of_an_utterance_replaces_the_one_that_waits(
    models: SpeechModels, recogniser: Recogniser
) -> None:
    running = await asked(models, 101, Priority.FINAL)
    older = await asked(models, 102, Priority.PARTIAL, "call-1/5")
    newer = asyncio.ensure_future(models.transcribe(np.zeros(103, np.int16), priority=Priority.PARTIAL, key="call-1/5"))
    with pytest.raises(ModelCallFailed, match="Superseded"):
        await older
    recogniser.gate.release(2)
    assert [(await running).text, (await newer).text] == ["101", "103"]
    assert recogniser.batches == [["101"], ["103"]]


async def test_a_host_that_is_behind_says_so(models: SpeechModels) -> None:
    for samples in (101, 102, 103):
        await asked(models, samples, Priority.FINAL)
    await asyncio.sleep(0.05)
    load = (await models.load())["asr"]
    assert load.waiting == 2
    assert load.p95_wait_ms > 40 and load.p95_run_ms > 40


@pytest.mark.parametrize(
    ("first_s", "other_s", "together"), [(1, 1, True), (2, 3, True), (0.3, 20, False), (20, 0.3, False), (0, 0.5, True)]
)
def test_utterances_of_a_length_share_a_batch(first_s: float, other_s: float, together: bool) -> None:
    first, other = (Utterance(np.zeros(int(seconds * 8000), np.int16), 8000) for seconds in (first_s, other_s))
    assert alike(first, other) is together


def test_models_for_the_end_of_turn_and_for_dialects_are_served_where_they_are_installed(
    tmp_path: Path, trained_data: Path
) -> None:
    settings = Settings(data_dir=shutil.copytree(trained_data, tmp_path, dirs_exist_ok=True))
    learned = CompanyModels(settings, load_company(settings.company.dir))
    assert not {"end_of_turn", "dialect"} & load_services(settings, learned).keys()
    entry = catalogue()["smart-turn"]
    folder = settings.models_dir / entry.name
    folder.mkdir(parents=True)
    end_of_turn_file(folder / entry.files[0])
    (folder / LOCK_FILE).write_text("{}")
    own = ModelSection(dialect=str(dialect_folder(tmp_path / "trained")))
    services = load_services(settings.model_copy(update={"models": own}), learned)
    assert {"end_of_turn", "dialect"} <= services.keys()

    (folder / entry.files[0]).write_bytes(b"damaged")
    services = load_services(settings, learned)
    assert "end_of_turn" not in services and "asr" in services  # the others serve on
