"""What all tests share: programs that the machine may lack, what is made once a run, and the order of the run."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from voicebot.company import load_company
from voicebot.company.training import trained_intents
from voicebot.config import Settings
from voicebot.demo import SAMPLE_COMPANY

settings.register_profile("loaded", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("loaded")  # a busy machine is no fault of what is tested


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole systems first: they mostly wait for people to speak and click, and other workers compute meanwhile."""
    items.sort(key=lambda item: not {"e2e", "browser"} & set(item.path.parts))


class Scheduling(LoadFileScheduling):
    """A file's tests run on one worker, which makes their fixtures once; the browser's all on one, with one console."""

    def _split_scope(self, nodeid: str) -> str:
        folder = "tests/browser/"
        return folder if nodeid.startswith(folder) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    return Scheduling(config, log)


@pytest.fixture(scope="session")
def require() -> Callable[[str], str]:
    """`require("sipp")` gives the program's path, or skips the test; with VOICEBOT_REQUIRE_ALL=1 it fails."""

    def path_of(program: str) -> str:
        found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
        if found:
            return found
        if os.environ.get("VOICEBOT_REQUIRE_ALL") == "1":
            pytest.fail(f"{program} is not installed, and every component is required")
        pytest.skip(f"{program} is not installed")

    return path_of


@pytest.fixture(scope="session")
def trained_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the sample company's intents, trained once a run for all workers. To be read or copied."""
    run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent
    folder = run / "trained"
    with (run / "trained.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        trained_intents(load_company(SAMPLE_COMPANY), Settings(data_dir=folder))
    return folder
