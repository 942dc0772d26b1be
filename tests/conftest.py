"""What all tests share: how a test asks for a program that the machine may lack."""

import os
import shutil
from collections.abc import Callable

import pytest


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
