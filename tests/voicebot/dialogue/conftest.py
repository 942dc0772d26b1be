"""Calls to the sample shop over a real store and the real knowledge."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest

from tests.voicebot.dialogue.call import NOON, Call
from voicebot.company import Company
from voicebot.dialogue import KnowledgeSearch
from voicebot.store.store import Store

Ring = Callable[..., Awaitable[Call]]


@pytest.fixture
def ring(shop: Company, store: Store, knowledge: KnowledgeSearch) -> Ring:
    async def ring(number: str, at: datetime = NOON) -> Call:
        return await Call.ring(shop, store, knowledge, number, at)

    return ring
