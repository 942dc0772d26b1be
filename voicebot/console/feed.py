"""Live events for the pages: one subscription of the process, handed on to every page that wants some of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Final, Generic, TypeVar

from voicebot.config import EventSection
from voicebot.eventbus import received_events, received_live_events
from voicebot.events import Event, LiveEvent

T = TypeVar("T")
CallEvent = Event | LiveEvent
MOST_WAITING: Final = 256
"""Events that wait for one page. A page behind by more has lost its browser, or will read the store again."""


class Subscription(Generic[T]):
    """What one page gets. Bounded: the oldest events are dropped for a page that does not keep up."""

    def __init__(self, wanted: Callable[[T], bool]) -> None:
        self._wanted = wanted
        self._waiting: deque[T] = deque(maxlen=MOST_WAITING)
        self._told = asyncio.Event()

    def offer(self, event: T) -> None:
        if self._wanted(event):
            self._waiting.append(event)
            self._told.set()

    def forget_waiting(self) -> None:
        """For a page that redraws everything: it has seen them all by then."""
        self._waiting.clear()

    async def __aiter__(self) -> AsyncIterator[T]:
        while True:
            await self._told.wait()
            self._told.clear()
            while self._waiting:
                yield self._waiting.popleft()


class LiveFeed(Generic[T]):
    """Hands every event to those who want it, in the order in which the broker sent them."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription[T]] = set()

    @contextmanager
    def subscribed(self, wanted: Callable[[T], bool] = lambda event: True) -> Iterator[Subscription[T]]:
        """`wanted` is asked for every event of the system and must be quick."""
        subscription = Subscription(wanted)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def publish(self, event: T) -> None:
        for subscription in self._subscriptions:
            subscription.offer(event)

    async def receive(self, events: AsyncIterator[T]) -> None:
        """Publishes what comes, until cancelled."""
        async for event in events:
            self.publish(event)


async def receive_calls(feed: LiveFeed[CallEvent], settings: EventSection) -> None:
    """What happens in calls, and what is being said in them; until cancelled. Waits for a broker that is away."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(feed.receive(received_events(settings)))
        tasks.create_task(feed.receive(received_live_events(settings)))
