"""Opens the pages, lets the callers talk, and compares when a partial transcript was told and when boards showed it."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from voicebot.background import background
from voicebot.bench.console.open_page import open_page, signed_in
from voicebot.bench.latency import scrape
from voicebot.bench.latency.figures import LatencyFigures
from voicebot.config import EventSection
from voicebot.demo.console import DemoConsole
from voicebot.demo.system import System
from voicebot.eventbus import received_live_events
from voicebot.events import PartialTranscript

_LATE: Final = "voicebot_media_late_seconds"
LATE_EVERY_S: Final = 2.0
"""How often the media process says how late its packets left, of the last 10 to 20 s."""
SETTLED_S: Final = 2.0
"""From the last page's opening to the first call."""
SOONER_S: Final = 0.1
"""A page may have heard of something so much before this process noticed it."""
_SPEAKING: Final = re.compile(r'"stable":("(?:[^"\\]|\\.)*"),"unstable":("(?:[^"\\]|\\.)*")')
"""What a transcript on a page is told of somebody who is speaking."""

Said = tuple[str, str]
"""The stable and the unstable part of a partial transcript."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How long after its event a partial transcript reached the pages."""

    count: int
    p50_ms: float | None
    p95_ms: float | None
    max_ms: float | None


@dataclass(frozen=True, slots=True)
class ConsoleFigures:
    """What the pages showed, and what they did to the calls."""

    desks: int
    boards: int
    opened_s: float
    """Longest time to a page's HTML and its socket, the pages being opened one after the other."""
    shown: Shown
    media_late_p99_ms: float
    """Of sent packets, the worst 10 to 20 s."""
    calls: LatencyFigures


class Watch:
    """When each partial transcript was told by the broker, and when boards showed it."""

    def __init__(self) -> None:
        self._told: defaultdict[Said, list[float]] = defaultdict(list)
        """The same words may be said in several calls."""
        self._seen: list[tuple[Said, float]] = []

    async def listen(self, settings: EventSection) -> None:
        """To what is being said; until cancelled."""
        async for event in received_live_events(settings):
            if isinstance(event, PartialTranscript):
                self.hear((event.stable, event.unstable), time.monotonic())

    def hear(self, said: Said, at: float) -> None:
        self._told[said].append(at)

    def on_page(self, message: str, at: float) -> None:
        """Numbers are masked on pages: such partials are left out."""
        self._seen += [
            ((json.loads(stable), json.loads(unstable)), at) for stable, unstable in _SPEAKING.findall(message)
        ]

    def shown(self) -> Shown:
        took = [wait for said, at in self._seen if (wait := self._wait(said, at)) is not None]
        if not took:
            return Shown(0, None, None, None)
        p50, p95, most = (round(1000 * float(np.quantile(took, share)), 1) for share in (0.5, 0.95, 1.0))
        return Shown(len(took), p50, p95, most)

    def _wait(self, said: Said, at: float) -> float | None:
        """Since it was last told; the broker may tell a page of it a moment before us."""
        told = [each for each in self._told[said] if each <= at + SOONER_S]
        return max(0.0, at - max(told)) if told else None


async def measure_pages(
    system: System, console: DemoConsole, desks: int, boards: int, calls: Callable[[], Awaitable[LatencyFigures]]
) -> ConsoleFigures:
    """calls: has the callers talk. Raises PageNotOpened."""
    watch, late_ms = Watch(), [0.0]
    settings = system.settings
    async with _pages(console, desks, boards, watch) as opened_s:
        await asyncio.sleep(SETTLED_S)
        async with background(watch.listen(settings.events), _watch_lateness(system, late_ms)):
            figures = await calls()
    return ConsoleFigures(desks, boards, round(max(opened_s), 2), watch.shown(), max(late_ms), figures)


@asynccontextmanager
async def _pages(console: DemoConsole, desks: int, boards: int, watch: Watch) -> AsyncIterator[Sequence[float]]:
    async with AsyncExitStack() as stack:
        agent, supervisor = [await signed_in(console.url, name, console.password) for name in ("agent", "supervisor")]
        for client in (agent, supervisor):
            stack.push_async_callback(client.aclose)
        pages = [open_page(agent, "/desk", _ignore) for _ in range(desks)]
        pages += [open_page(supervisor, "/board", watch.on_page) for _ in range(boards)]
        yield [await stack.enter_async_context(page) for page in pages]


def _ignore(_message: str, _at: float) -> None: ...


async def _watch_lateness(system: System, late_ms: list[float]) -> None:
    while True:
        await asyncio.sleep(LATE_EVERY_S)
        p99_s = await asyncio.to_thread(partial(scrape.gauge, quantile="0.99"), system.settings.metrics, _LATE)
        late_ms.append(round(1000 * p99_s, 2))
