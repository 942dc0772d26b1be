"""A broker of either kind, and a store whose events it is to get."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.voicebot.events.brokers import BrokerProcess, embedded, mosquitto
from voicebot.store.store import Store

Require = Callable[[str], str]


@pytest.fixture(params=["mosquitto", "embedded"])
async def broker(request: pytest.FixtureRequest, tmp_path: Path, require: Require) -> AsyncIterator[BrokerProcess]:
    made = mosquitto(require("mosquitto"), tmp_path) if request.param == "mosquitto" else embedded()
    async with made:
        yield made


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with Store(f"sqlite:///{tmp_path / 'store.db'}", node="here") as opened:
        yield opened
