"""One running system for the tests of a module; recognised speech as a means to check what was said on the line."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from models.asr import Utterance
from models.bundle import find, resolve
from models.whisper import FasterWhisperEngine
from telephony.audio import Samples
from voicebot.demo.system import System, running_system


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/e2e" in str(item.path):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="module", autouse=True)
def every_caller_is_taken() -> Iterator[None]:
    """Also where the machine stood still for a moment, and lines would rightly be told to be busy."""
    with pytest.MonkeyPatch.context() as environment:
        for limit in ("RECOGNITION", "LOOP_LAG"):
            environment.setenv(f"VOICEBOT_ADMISSION__MAX_{limit}_MS", "1e9")
        yield


@pytest.fixture(scope="module")
def without_console() -> Iterator[None]:
    """For systems at whose console nobody looks: they start sooner."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("VOICEBOT_CONSOLE__ENABLED", "false")
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(
    tmp_path_factory: pytest.TempPathFactory, trained_data: Path, without_console: None
) -> AsyncIterator[System]:
    """`voicebot serve` with the sample company and embedded defaults, started before: its intents are trained."""
    folder = shutil.copytree(trained_data, tmp_path_factory.mktemp("system"), dirs_exist_ok=True)
    async with running_system(folder) as running:
        yield running


class Ear:
    """Recognises speech with the bundled model, as a person would listen to a recording."""

    def __init__(self) -> None:
        model = find("bundled")
        self._engine = FasterWhisperEngine(model, resolve("bundled"))

    def words(self, samples: Samples) -> str:
        """The words in 8 kHz audio."""
        (transcript,) = self._engine.transcribe_batch([Utterance(samples, 8000)])
        return transcript.text


@pytest.fixture(scope="session")
def ear() -> Ear:
    return Ear()
