"""Events over MQTT: published from the store's outbox, so that none is lost while the broker is away; live events
past it, at most once."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import ssl
import uuid
from collections.abc import AsyncIterator, Callable, Hashable, Iterator
from typing import TypeVar
from urllib.parse import urlsplit

import aiomqtt
import structlog

from voicebot.agent_events import RETAINED, AgentEvent, Unlisted, agent_from_json, agent_to_json, agent_topics
from voicebot.config import EventSection, secret
from voicebot.events import (
    Event,
    EventError,
    LiveEvent,
    PartialTranscript,
    from_json,
    live_from_json,
    live_to_json,
    live_topic,
)
from voicebot.store.records import OutboxRecord
from voicebot.store.store import Store, StoreError

log = structlog.get_logger(__name__)
T = TypeVar("T")

ACK_TIMEOUT_S = 10.0
KEEPALIVE_S = 15
POLL_S = 1.0
"""How soon events are found that another process put into the store; our own wake the publisher at once."""
MOST_WAITING = 1000
"""Live events that wait for a slow broker; beyond it they are dropped."""
_RETRY_S = (0.1, 10.0)


@contextlib.contextmanager
def cancellable() -> Iterator[None]:
    """For a block in which the MQTT client waits for the broker: a cancellation that comes together with what it
    waited for is lost in `asyncio.wait_for` before Python 3.12. The task would go on for ever, and a `TaskGroup`, which
    cancels once, with it."""
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    try:
        yield
    finally:
        if task and task.cancelling() > before:
            raise asyncio.CancelledError


@contextlib.asynccontextmanager
async def mqtt_client(settings: EventSection) -> AsyncIterator[aiomqtt.Client]:
    """A client that is connected to the configured broker. Speaks MQTT 3.1.1. Raises MqttError."""
    async with contextlib.AsyncExitStack() as connection:
        with cancellable():
            client = await connection.enter_async_context(_client(settings))
        yield client


def _client(settings: EventSection) -> aiomqtt.Client:
    url = urlsplit(settings.url)
    encrypted = url.scheme == "mqtts"
    return aiomqtt.Client(
        hostname=url.hostname or "127.0.0.1",
        port=url.port or (8883 if encrypted else 1883),
        username=settings.username,
        password=secret(settings.password),
        identifier=f"voicebot-{settings.node}-{uuid.uuid4().hex[:8]}",
        keepalive=KEEPALIVE_S,
        timeout=ACK_TIMEOUT_S,
        tls_context=ssl.create_default_context(cafile=settings.ca_file) if encrypted else None,
    )


class EventPublisher:
    """Publishes the outbox in order with QoS 1; an event leaves the store once the broker has acknowledged it.

    What waits for the broker waits in the store: memory holds one batch. An acknowledgement that is lost
    with the connection, or a crash within a batch, repeats events; nothing drops them.
    """

    def __init__(
        self,
        store: Store,
        settings: EventSection,
        *,
        batch: int = 100,
        on_connected: Callable[[bool], None] = lambda connected: None,
    ) -> None:
        self._store = store
        self._settings = settings
        self._batch = batch
        self._on_connected = on_connected
        self._connected: bool | None = None
        self._told_why = ""
        self._live: dict[Hashable, LiveEvent | AgentEvent] = {}
        self._retained: dict[Hashable, AgentEvent] = {}
        """What a broker that comes back has to know, and to forget: by agent and kind."""
        self._count = itertools.count()
        self._told = asyncio.Event()

    def tell(self, event: LiveEvent | AgentEvent) -> None:
        """Publish at once and at most once. Never waits: an event is dropped while the broker is away or far behind,
        and a partial transcript is given up for the next one of its speaker while the broker is slow. What the broker
        retains is told again to one that comes back.
        """
        place: Hashable = next(self._count)
        if isinstance(event, PartialTranscript):
            place = event.call_id, event.role
        elif isinstance(event, Unlisted):
            self._forget(event)
        elif isinstance(event, RETAINED):
            self._retained.pop((event.agent_id, Unlisted), None)
            self._retained[event.agent_id, type(event)] = event
        if self._connected and len(self._live) < MOST_WAITING:
            self._live[place] = event
            self._told.set()

    def _forget(self, gone: Unlisted) -> None:
        for kind in RETAINED:
            self._retained.pop((gone.agent_id, kind), None)
        self._retained[gone.agent_id, Unlisted] = gone

    async def run(self) -> None:
        """Publish until cancelled."""
        pause_s = _RETRY_S[0]
        while True:
            try:
                async with mqtt_client(self._settings) as client:
                    self._now_connected()
                    pause_s = _RETRY_S[0]
                    async with asyncio.TaskGroup() as tasks:
                        tasks.create_task(self._publish_what_comes(client))
                        tasks.create_task(self._publish_live(client))
                        tasks.create_task(_until_lost(client))
            except* (aiomqtt.MqttError, OSError) as errors:
                self._now_lost(errors.exceptions[0])
            except* StoreError as errors:
                log.warning("events wait for the store", reason=str(errors.exceptions[0]))
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _RETRY_S[1])

    async def _publish_what_comes(self, client: aiomqtt.Client) -> None:
        while True:
            self._store.events_written.clear()
            pending = await self._store.pending_events(self._batch)
            if pending:
                await self._publish(client, pending)
            else:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_S):  # not wait_for, which loses cancellations
                        await self._store.events_written.wait()

    async def _publish(self, client: aiomqtt.Client, pending: list[OutboxRecord]) -> None:
        acknowledged: list[int] = []
        try:
            for event in pending:
                with cancellable():
                    await client.publish(event.topic, event.payload, qos=1)
                    acknowledged.append(event.id)
        finally:
            if acknowledged:
                await self._store.forget_events(acknowledged)

    async def _publish_live(self, client: aiomqtt.Client) -> None:
        self._live = dict(self._retained)
        self._told.set()
        while True:
            await self._told.wait()
            self._told.clear()
            while self._live:
                event = self._live.pop(next(iter(self._live)))
                topics, payload = _message(event, self._settings.node)
                for topic in topics:
                    with cancellable():
                        await client.publish(topic, payload, qos=0, retain=isinstance(event, (*RETAINED, Unlisted)))

    def _now_connected(self) -> None:
        if self._connected is not True:
            log.info("events reach the broker", broker=self._settings.url)
        self._connected = True
        self._on_connected(True)

    def _now_lost(self, error: BaseException) -> None:
        reason = str(error) or type(error).__name__
        if self._connected is not False or reason != self._told_why:
            log.warning(
                "events do not reach the broker; they are kept in the store until they do",
                broker=self._settings.url,
                reason=reason,
                remedy="start the broker, or check events.broker, events.username and events.password",
            )
        self._connected, self._told_why = False, reason
        self._on_connected(False)


def _message(event: LiveEvent | AgentEvent, node: str) -> tuple[tuple[str, ...], str]:
    """Topics and payload."""
    if isinstance(event, PartialTranscript):
        return (live_topic(event, node),), live_to_json(event)
    return agent_topics(event, node), agent_to_json(event)


async def _until_lost(client: aiomqtt.Client) -> None:
    """Raises MqttError when the connection goes; publishing alone notices only when there is something to say."""
    async for _ in client.messages:
        pass


async def received_events(settings: EventSection, *, node: str = "+") -> AsyncIterator[Event]:
    """Events of all calls as they come, of one node or of all. Reconnects; what is said meanwhile is missed."""
    async for event in _received(settings, f"voicebot/{node}/calls/+/+", from_json, qos=1):
        yield event


async def received_live_events(settings: EventSection, *, node: str = "+") -> AsyncIterator[LiveEvent]:
    """Live events in the same way."""
    async for event in _received(settings, f"voicebot/{node}/live/+/+", live_from_json, qos=0):
        yield event


async def received_agent_events(settings: EventSection, *, node: str = "+") -> AsyncIterator[AgentEvent]:
    """What agents' desks show, in the same way; begins with each agent's presence."""
    async for event in _received(settings, f"voicebot/{node}/agents/+/+", agent_from_json, qos=0):
        yield event


async def _received(
    settings: EventSection, topics: str, parse: Callable[[str, bytes], T], *, qos: int
) -> AsyncIterator[T]:
    while True:
        try:
            async with mqtt_client(settings) as client:
                with cancellable():
                    await client.subscribe(topics, qos=qos)
                async for message in client.messages:
                    if not message.topic.matches(topics):
                        continue  # amqtt hands every new client what was retained anywhere
                    try:
                        yield parse(str(message.topic), _text(message.payload))
                    except EventError as error:
                        log.warning("a message on an event's topic is no event", reason=str(error))
        except aiomqtt.MqttError:
            await asyncio.sleep(1.0)


def _text(payload: object) -> bytes:
    return bytes(payload) if isinstance(payload, bytes | bytearray) else b""
