"""What a caller is saying reaches who listens now, is never stored, and holds nothing up when nobody can be told."""

import asyncio

from tests.voicebot.events.brokers import BrokerProcess, running, settings_for, until
from voicebot.eventbus import EventPublisher, mqtt_client, received_live_events
from voicebot.events import LiveEvent, PartialTranscript
from voicebot.store.store import Store


def partial(call_id: str, number: int) -> PartialTranscript:
    return PartialTranscript(call_id, 1, "我想" * number, "退", float(number))


async def collect(port: int, into: list[LiveEvent]) -> None:
    async for event in received_live_events(settings_for(port)):
        into.append(event)  # noqa: PERF401 - it is read while it grows


async def heard(publisher: EventPublisher, seen: list[LiveEvent]) -> None:
    """Both ends are at work once what is told arrives."""
    async with asyncio.timeout(60):
        while not seen:
            publisher.tell(partial("call-0", 0))
            await asyncio.sleep(0.1)


async def test_partial_transcripts_arrive_typed_and_never_touch_the_store(broker: BrokerProcess, store: Store) -> None:
    seen: list[LiveEvent] = []
    publisher = EventPublisher(store, settings_for(broker.port))
    async with running(collect(broker.port, seen), publisher.run()):
        await heard(publisher, seen)
        publisher.tell(partial("call-1", 3))
        await until(lambda: partial("call-1", 3) in seen)
        assert await store.pending_events() == []


async def test_a_newer_one_of_the_same_call_replaces_one_that_waits(broker: BrokerProcess, store: Store) -> None:
    seen: list[LiveEvent] = []
    publisher = EventPublisher(store, settings_for(broker.port))
    async with running(collect(broker.port, seen), publisher.run()):
        await heard(publisher, seen)
        for number in range(200):
            publisher.tell(partial("call-1", number))
            publisher.tell(partial("call-2", number))
        await until(lambda: partial("call-2", 199) in seen and partial("call-1", 199) in seen)
    of_calls = [event for event in seen if event.call_id != "call-0"]
    assert len(of_calls) == 2


async def test_live_events_have_topics_of_their_own_and_are_not_kept(broker: BrokerProcess, store: Store) -> None:
    publisher = EventPublisher(store, settings_for(broker.port))
    async with running(publisher.run()), mqtt_client(settings_for(broker.port)) as client, asyncio.timeout(60):
        await client.subscribe("voicebot/#", qos=1)
        while not len(client.messages):
            publisher.tell(partial("call-1", 1))
            await asyncio.sleep(0.1)
        message = await anext(client.messages)
    assert str(message.topic) == "voicebot/here/live/call-1/partial_transcript"
    assert not message.retain


async def test_without_a_broker_they_are_dropped_and_later_ones_arrive(broker: BrokerProcess, store: Store) -> None:
    seen: list[LiveEvent] = []
    connected: list[bool] = []
    publisher = EventPublisher(store, settings_for(broker.port), on_connected=connected.append)
    async with running(collect(broker.port, seen), publisher.run()):
        await heard(publisher, seen)
        await broker.kill()
        await until(lambda: not connected[-1])
        publisher.tell(partial("call-1", 1))
        seen.clear()
        await broker.start()
        await until(lambda: connected[-1])
        await heard(publisher, seen)
    assert partial("call-1", 1) not in seen
    assert await store.pending_events() == []
