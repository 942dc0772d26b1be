"""Browser phones on a running clock, and peers that stand for browsers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import aioice.ice
import pytest

from telephony.clock import MediaClock
from telephony.webrtc.phones import BrowserPhones
from telephony.webrtc.settings import WebRtcSettings
from tests.telephony.webrtc.peer import Peer


async def until(true: Callable[[], object], *, within_s: float = 30.0) -> None:
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110 - another party acts
            await asyncio.sleep(0.02)


class Switchboard:
    """What is told about phones, in order; `phones` is what the tests are about."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.clock = MediaClock()
        self.phones = BrowserPhones(WebRtcSettings(), self.clock, self)
        self.peers: list[Peer] = []

    def on_connected(self, user: str, line: str) -> None:
        self.told.append((user, line))

    def on_disconnected(self, user: str) -> None:
        self.told.append((user, ""))

    async def connect(self, user: str, line: str, *, hz: float = 500.0) -> Peer:
        peer = Peer(hz)
        self.peers.append(peer)
        await peer.accept(self.phones.connect(user, line, await peer.offer()))
        await until(lambda: self.told[-1:] == [(user, line)])
        return peer


@pytest.fixture
async def switchboard(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Switchboard]:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: ["127.0.0.1"])  # peers need no network
    board = Switchboard()
    tasks = [asyncio.create_task(work) for work in (board.clock.run(), board.phones.run())]
    await asyncio.sleep(0)
    yield board
    for peer in board.peers:
        await peer.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
