"""Every test has a server of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.voicebot.web.running import Server, serving


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with serving(tmp_path) as running:
        yield running
