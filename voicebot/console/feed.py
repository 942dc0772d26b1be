"""Live events for the pages: one subscription of the process, handed on to every page that wants some of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from voicebot.config import EventSection
from voicebot.eventbus import received_events, received_live_events
from voicebot.events import Event, LiveEvent

log = structlog.get_logger(__name__)

AnyEvent = Event | LiveEvent
Wanted = Callable[[AnyEvent], bool]
MOST_WAITING: Final = 256
"""Events that wait for one page. A page behind by more has lost its browser, or will read the store again."""


class Subscription:
    """What one page gets. Bounded: the oldest events are dropped for a page that does not keep up."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._waiting: deque[AnyEvent] = deque(maxlen=MOST_WAITING)
        self._told = asyncio.Event()

    def offer(self, event: AnyEvent) -> None:
        if self._wanted(event):
            self._waiting.append(event)
            self._told.set()

    def forget_waiting(self) -> None:
        """For a page that redraws everything: it has seen them all by then."""
        self._waiting.clear()

    async def __aiter__(self) -> AsyncIterator[AnyEvent]:
        while True:
            await self._told.wait()
            self._told.clear()
            while self._waiting:
                yield self._waiting.popleft()


class LiveFeed:
    """Hands every event to those who want it, in the order in which the broker sent them."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()

    @contextmanager
    def subscribed(self, wanted: Wanted = lambda event: True) -> Iterator[Subscription]:
        """`wanted` is asked for every event of the system and must be quick."""
        subscription = Subscription(wanted)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def publish(self, event: AnyEvent) -> None:
        for subscription in self._subscriptions:
            subscription.offer(event)

    async def run(self, settings: EventSection) -> None:
        """Receives until cancelled; waits for a broker that is away."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._receive(received_events(settings)))
            tasks.create_task(self._receive(received_live_events(settings)))

    async def _receive(self, events: AsyncIterator[AnyEvent]) -> None:
        async for event in events:
            self.publish(event)
