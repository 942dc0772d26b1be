"""Every committed event reaches the broker, in order, also when the broker is killed in mid-stream.

The same on Mosquitto and on the embedded broker.
"""

import asyncio
import contextlib
import itertools
from pathlib import Path

import aiomqtt
import pytest
from structlog.testing import capture_logs

from tests.voicebot.events.brokers import BrokerProcess, embedded, mosquitto, running, settings_for, until
from tests.voicebot.events.conftest import Require
from tests.voicebot.store.samples import NOON
from voicebot.broker import BrokerPortInUse, serve_broker
from voicebot.eventbus import EventPublisher, mqtt_client, received_events
from voicebot.events import Event, TurnFinished
from voicebot.free_ports import free_ports
from voicebot.store.store import Store


def turn(seq: int) -> TurnFinished:
    return TurnFinished("call-1", NOON, seq, "caller", f"第{seq}句")


async def all_published(store: Store, within_s: float = 60) -> None:
    async with asyncio.timeout(within_s):
        while await store.pending_events():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def collect(port: int, into: list[Event]) -> None:
    async for event in received_events(settings_for(port)):
        into.append(event)  # noqa: PERF401 - it is read while it grows


async def subscribed(port: int, into: list[Event]) -> None:
    """A collector is at work once it gets what we say ourselves."""
    async with mqtt_client(settings_for(port)) as client:
        async with asyncio.timeout(60):
            while not into:
                await client.publish("voicebot/probe/calls/call-0/call_answered", _PROBE, qos=1)
                await asyncio.sleep(0.1)
            await client.publish("voicebot/probe/calls/call-last/call_answered", _LAST_PROBE, qos=1)
            await until(lambda: into[-1].call_id == "call-last")
    into.clear()


_LAST_PROBE = '{"call_id": "call-last", "at": "2026-11-05T12:00:00Z"}'
_PROBE = '{"call_id": "call-0", "at": "2026-11-05T12:00:00Z"}'


async def test_events_arrive_typed_and_in_order(broker: BrokerProcess, store: Store) -> None:
    seen: list[Event] = []
    async with running(collect(broker.port, seen)):
        await subscribed(broker.port, seen)
        async with running(EventPublisher(store, settings_for(broker.port)).run()):
            for seq in range(50):
                await store.enqueue_events([turn(seq)])
            await until(lambda: len(seen) >= 50)
    assert seen == [turn(seq) for seq in range(50)]
    assert await store.pending_events() == []


async def test_topics_name_node_call_and_event(broker: BrokerProcess, store: Store) -> None:
    async with mqtt_client(settings_for(broker.port)) as client:
        await client.subscribe("#", qos=1)
        async with running(EventPublisher(store, settings_for(broker.port)).run()):
            await store.enqueue_events([turn(7)])
            async with asyncio.timeout(60):
                message = await anext(client.messages)
    assert str(message.topic) == "voicebot/here/calls/call-1/turn_finished" and message.qos == 1


async def test_a_broker_killed_in_mid_stream_loses_nothing(broker: BrokerProcess, store: Store) -> None:
    seen: list[Event] = []
    with capture_logs() as logs:
        async with running(collect(broker.port, seen), EventPublisher(store, settings_for(broker.port)).run()):
            await subscribed(broker.port, seen)
            for seq in range(100):
                await store.enqueue_events([turn(seq)])
                if seq == 40:
                    await broker.kill()
            await asyncio.sleep(0.5)
            assert await store.pending_events() != []
            before = len(seen)
            await broker.start()
            await all_published(store)
    assert before <= 41
    assert [entry["event"] for entry in logs].count("events reach the broker") == 2
    why = [entry["reason"] for entry in logs if entry["event"].startswith("events do not reach the broker")]
    assert 1 <= len(why) == len(set(why)) <= 2  # lost, and then not to be reached


async def test_nothing_is_lost_between_a_publisher_and_a_subscriber_that_the_broker_remembers(
    tmp_path: Path, store: Store, require: Require
) -> None:
    """Mosquitto with persistence: every event of the whole stream arrives, in order, again at most once a kill."""
    keep = f"persistence_location {tmp_path}/\nautosave_interval 1\nautosave_on_changes true"
    server = mosquitto(require("mosquitto"), tmp_path, settings=f"allow_anonymous true\n{keep}")
    port = server.port
    file = tmp_path / "mosquitto.conf"
    file.write_text(file.read_text().replace("persistence false", "persistence true"))
    await server.start()
    seen: list[int] = []
    remembered = asyncio.Event()

    async def remember() -> None:
        while True:
            with contextlib.suppress(aiomqtt.MqttError):
                async with aiomqtt.Client("127.0.0.1", port, identifier="desk", clean_session=False) as client:
                    await client.subscribe("voicebot/#", qos=1)
                    remembered.set()
                    async for message in client.messages:
                        assert isinstance(message.payload, bytes)
                        seen.append(int(message.payload.split(b'"seq":')[1].split(b",")[0]))
            await asyncio.sleep(0.1)

    async with running(remember(), EventPublisher(store, settings_for(port), batch=20).run()):
        await remembered.wait()
        for seq in range(120):
            await store.enqueue_events([turn(seq)])
            if seq in (30, 80):
                await asyncio.sleep(0.3)
                await server.kill()
            if seq in (50, 100):
                await server.start()
        await until(lambda: bool(seen) and seen[-1] == 119)
    await server.kill()
    first_seen = list(dict.fromkeys(seen))
    assert first_seen == list(range(120))
    assert max(seen.count(seq) for seq in first_seen) <= 3


@pytest.mark.parametrize("steps", range(4))
async def test_it_stops_also_when_there_is_something_to_publish_at_that_moment(
    broker: BrokerProcess, store: Store, steps: int
) -> None:
    """The loss of a cancellation depends on steps of the loop: which is the one that counts is the library's."""
    connected = asyncio.Event()
    publisher = EventPublisher(store, settings_for(broker.port), on_connected=lambda there: connected.set())
    task = asyncio.create_task(publisher.run())
    await connected.wait()
    await asyncio.sleep(0.1)
    task.cancel()
    for _ in range(steps):
        await asyncio.sleep(0)
    store.events_written.set()
    assert await asyncio.wait({task}, timeout=30) == ({task}, set())


async def test_calls_go_on_without_any_broker_and_the_log_says_so_once(store: Store) -> None:
    states: list[bool] = []
    with capture_logs() as logs:
        (nowhere,) = free_ports(1)
        publisher = EventPublisher(store, settings_for(nowhere), on_connected=states.append)
        async with running(publisher.run()):
            for seq in range(20):
                await store.enqueue_events([turn(seq)])
            await until(lambda: len(states) >= 3)
    assert len(await store.pending_events()) == 20
    assert [entry["log_level"] for entry in logs] == ["warning"]
    assert "events.broker" in logs[0]["remedy"]
    assert states and not any(states)


async def test_user_and_password_open_a_closed_broker_and_wrong_ones_are_named(
    tmp_path: Path, store: Store, require: Require
) -> None:
    require("mosquitto_passwd")
    passwords = tmp_path / "passwords"
    make = await asyncio.create_subprocess_exec(require("mosquitto_passwd"), "-b", "-c", str(passwords), "bot", "right")
    assert await make.wait() == 0
    closed = f"allow_anonymous false\npassword_file {passwords}"
    server = mosquitto(require("mosquitto"), tmp_path, settings=closed)
    await server.start()
    await store.enqueue_events([turn(0)])
    with capture_logs() as logs:
        wrong = settings_for(server.port, username="bot", password="wrong")
        async with running(EventPublisher(store, wrong).run()):
            await until(lambda: bool(logs))
    assert "events.password" in logs[0]["remedy"] and "wrong" not in str(logs)
    right = settings_for(server.port, username="bot", password="right")
    async with running(EventPublisher(store, right).run()):
        await all_published(store)
    await server.kill()


async def test_a_broker_that_comes_back_with_another_password_is_named_as_that(
    tmp_path: Path, store: Store, require: Require
) -> None:
    """Not as the broker that was away before."""
    passwords = tmp_path / "passwords"
    passwords.touch()
    closed = f"allow_anonymous false\npassword_file {passwords}"
    server = mosquitto(require("mosquitto"), tmp_path, settings=closed)
    with capture_logs() as logs:
        async with running(EventPublisher(store, settings_for(server.port, username="bot", password="old")).run()):
            await until(lambda: len(logs) == 1)
            await server.start()
            await until(lambda: len(logs) == 2)
    assert "authori" in logs[1]["reason"].lower() and logs[0]["reason"] != logs[1]["reason"]
    await server.kill()


async def test_events_reach_a_broker_over_tls_and_a_stranger_s_certificate_is_refused(
    tmp_path: Path, store: Store, require: Require
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = await asyncio.create_subprocess_exec(
        require("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=broker",
        "-addext", "subjectAltName=IP:127.0.0.1", stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert await make.wait() == 0
    tls = f"allow_anonymous true\ncertfile {certificate}\nkeyfile {key}"
    server = mosquitto(require("mosquitto"), tmp_path, settings=tls)
    await server.start()
    await store.enqueue_events([turn(0)])
    url = f"mqtts://127.0.0.1:{server.port}"
    with capture_logs() as logs:
        async with running(EventPublisher(store, settings_for(server.port, broker=url)).run()):
            await until(lambda: bool(logs))
    assert "certificate" in logs[0]["reason"] and len(await store.pending_events()) == 1
    trusting = settings_for(server.port, broker=url, ca_file=str(certificate))
    async with running(EventPublisher(store, trusting).run()):
        await all_published(store)
    await server.kill()


async def test_a_message_that_is_no_event_is_passed_over(broker: BrokerProcess) -> None:
    seen: list[Event] = []
    with capture_logs() as logs:
        async with running(collect(broker.port, seen)):
            await subscribed(broker.port, seen)
            async with mqtt_client(settings_for(broker.port)) as client:
                for topic, payload in itertools.product(
                    ("voicebot/x/calls/call-0/call_answered", "voicebot/x/calls/c/made_up"),
                    (b"\xff\x00", b"{}", b""),
                ):
                    await client.publish(topic, payload, qos=1)
                await client.publish("voicebot/x/calls/call-0/call_answered", _PROBE, qos=1)
            await until(lambda: bool(seen))
    assert len(seen) == 1 and len(logs) == 6


async def test_the_embedded_broker_names_a_port_in_use() -> None:
    server = embedded()
    await server.start()
    with pytest.raises(BrokerPortInUse, match=r"events\.port"):
        async with asyncio.timeout(60):
            await serve_broker(server.port)
    await server.kill()
