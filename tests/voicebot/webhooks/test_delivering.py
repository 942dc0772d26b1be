"""Events reach a real receiver signed and whole, as often as it takes; a slow one holds up no other."""

import asyncio
import hmac
import json
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.clients.certificates import certificate
from tests.clients.webhook_receiver import Receiver, receiving
from tests.voicebot.web.running import Clock
from voicebot.background import background
from voicebot.events import CallAnswered, CallEnded
from voicebot.store.store import Store
from voicebot.web_settings import WebhookSection
from voicebot.webhooks.book import WebhookBook
from voicebot.webhooks.deliveries import Deliveries, Delivery
from voicebot.webhooks.worker import WebhookWorker

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
BY = "account:1"
LOCAL = WebhookSection(allow=("127.0.0.0/8",), timeout_s=10)
HASTY = LOCAL.model_copy(update={"timeout_s": 1.0})
"""For receivers that do not answer."""


@pytest.fixture
async def book(store: Store) -> WebhookBook:
    return WebhookBook(store)


@pytest.fixture
async def deliveries(store: Store) -> Deliveries:
    return Deliveries(store)


async def happened(store: Store, *calls: str) -> None:
    await store.enqueue_events([CallEnded(call, NOON, "resolved", "remote_hangup", 12.5) for call in calls])


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110 - another machine is waited for, as it were
            await asyncio.sleep(0.02)


async def states(deliveries: Deliveries) -> list[str]:
    return [delivery.state for delivery in reversed(await deliveries.latest(limit=100))]


def worker(deliveries: Deliveries, clock: Clock, settings: WebhookSection = LOCAL) -> WebhookWorker:
    return WebhookWorker(deliveries, settings, now=clock, look_every_s=0.02)


async def test_an_event_arrives_signed_and_whole(store: Store, book: WebhookBook, deliveries: Deliveries) -> None:
    async with receiving() as receiver:
        hook = await book.add(f"http://127.0.0.1:{receiver.port}/hook?a=1", ["call_ended"], by=BY, at=NOON)
        await happened(store, "call-1")
        await store.enqueue_events([CallAnswered("call-1", NOON)])  # nobody asked for it
        async with background(worker(deliveries, Clock(NOON)).run()):
            await until(lambda: delivered(deliveries))
    (body,), (headers,) = receiver.bodies, receiver.headers
    told = json.loads(body)
    assert told["event"] == headers["voicebot-event"] == "call_ended"
    assert str(told["id"]) == headers["voicebot-delivery"]
    assert (told["data"]["call_id"], told["data"]["duration_s"]) == ("call-1", 12.5)
    t, _, code = headers["voicebot-signature"].partition(",")
    signed = t.removeprefix("t=").encode() + b"." + body
    assert code == "v1=" + hmac.new(hook.secret.encode(), signed, "sha256").hexdigest()
    assert t == f"t={int(NOON.timestamp())}"
    assert headers["host"] == f"127.0.0.1:{receiver.port}"


async def delivered(deliveries: Deliveries) -> bool:
    found = await states(deliveries)
    return bool(found) and set(found) == {"delivered"}


async def only(deliveries: Deliveries) -> Delivery:
    (delivery,) = await deliveries.latest(limit=10)
    return delivery


@pytest.mark.parametrize("trouble", ["500 Trouble", "302 Found", "hangs", "gone"])
async def test_what_is_not_taken_is_made_again_later(
    store: Store, book: WebhookBook, deliveries: Deliveries, trouble: str
) -> None:
    clock = Clock(NOON)
    async with receiving() as receiver:
        receiver.hangs = trouble == "hangs"
        receiver.status = trouble if trouble[0].isdigit() else receiver.status
        port = 1 if trouble == "gone" else receiver.port
        await book.add(f"http://127.0.0.1:{port}/", ["call_ended"], by=BY, at=NOON)
        await happened(store, "call-1")
        async with background(worker(deliveries, clock, HASTY if trouble == "hangs" else LOCAL).run()):
            await until(lambda: attempted(deliveries, 1))
            failed = await only(deliveries)
            assert failed.state == "waiting" and failed.next_at == NOON + timedelta(seconds=10) and failed.last_error
        if trouble == "gone":
            return
        receiver.hangs, receiver.status = False, "200 OK"
        clock.forward(seconds=10)
        async with background(worker(deliveries, clock).run()):
            await until(lambda: delivered(deliveries))
    assert len(receiver.bodies) == 2 and receiver.bodies[0] == receiver.bodies[1]
    assert receiver.headers[0]["voicebot-signature"] != receiver.headers[1]["voicebot-signature"]


async def attempted(deliveries: Deliveries, times: int) -> bool:
    return (await only(deliveries)).attempts == times


async def test_after_the_last_attempt_it_is_dead_until_somebody_retries(
    store: Store, book: WebhookBook, deliveries: Deliveries
) -> None:
    clock = Clock(NOON)
    async with receiving() as receiver:
        receiver.status = "500 Trouble"
        await book.add(f"http://127.0.0.1:{receiver.port}/", ["call_ended"], by=BY, at=NOON)
        await happened(store, "call-1")
        async with background(worker(deliveries, clock).run()):
            for attempt in range(1, 12):
                await until(lambda attempt=attempt: attempted(deliveries, attempt))  # type: ignore[misc]
                clock.forward(hours=6)
            dead = await only(deliveries)
            assert (dead.state, dead.last_error) == ("dead", "answered 500")
            assert [each.id for each in await deliveries.latest(limit=9, state="dead")] == [dead.id]
            receiver.status = "200 OK"
            assert await deliveries.retry(by=BY, at=clock()) == 1
            await until(lambda: delivered(deliveries))


async def test_a_receiver_that_hangs_holds_up_no_other(store: Store, book: WebhookBook, deliveries: Deliveries) -> None:
    async with receiving() as slow, receiving() as quick:
        slow.hangs = True
        for receiver in (slow, quick):
            await book.add(f"http://127.0.0.1:{receiver.port}/", ["call_ended"], by=BY, at=NOON)
        await happened(store, *(f"call-{number}" for number in range(25)))
        async with background(worker(deliveries, Clock(NOON)).run()):
            await until(lambda: has_taken(quick, 25))
            assert len(slow.bodies) < 25
    assert [json.loads(body)["data"]["call_id"] for body in quick.bodies] == [f"call-{number}" for number in range(25)]


async def has_taken(receiver: Receiver, count: int) -> bool:
    return len(receiver.bodies) >= count


async def test_two_workers_make_no_delivery_twice(store: Store, book: WebhookBook, deliveries: Deliveries) -> None:
    async with receiving() as receiver:
        await book.add(f"http://127.0.0.1:{receiver.port}/", ["call_ended"], by=BY, at=NOON)
        await happened(store, *(f"call-{number}" for number in range(30)))
        clock = Clock(NOON)
        async with background(worker(deliveries, clock).run(), worker(deliveries, clock).run()):
            await until(lambda: delivered(deliveries))
    assert len(receiver.bodies) == 30


async def test_what_a_dead_process_had_taken_is_made_after_its_lease(
    store: Store, book: WebhookBook, deliveries: Deliveries
) -> None:
    clock = Clock(NOON)
    async with receiving() as receiver:
        await book.add(f"http://127.0.0.1:{receiver.port}/", ["call_ended"], by=BY, at=NOON)
        await happened(store, "call-1")
        assert len(await deliveries.take_due(NOON, each=10)) == 1
        assert await deliveries.take_due(NOON, each=10) == []
        clock.forward(minutes=3)
        async with background(worker(deliveries, clock).run()):
            await until(lambda: delivered(deliveries))


async def test_a_target_that_is_no_longer_allowed_gets_nothing(
    store: Store, book: WebhookBook, deliveries: Deliveries
) -> None:
    async with receiving() as receiver:
        await book.add(f"http://127.0.0.1:{receiver.port}/", ["call_ended"], by=BY, at=NOON)
        await happened(store, "call-1")
        other = WebhookSection(allow=("10.0.0.0/8",))
        async with background(worker(deliveries, Clock(NOON), other).run()):
            await until(lambda: attempted(deliveries, 1))
    assert not receiver.bodies and "webhooks.allow" in (await only(deliveries)).last_error


@pytest.mark.parametrize("url", ["http://127.0.0.1/\x01", "http://a..localhost/"])
async def test_an_address_that_is_none_stops_no_other_delivery(
    store: Store, book: WebhookBook, deliveries: Deliveries, url: str
) -> None:
    settings = WebhookSection(allow=("127.0.0.0/8", ".localhost"), timeout_s=10)
    async with receiving() as receiver:
        odd = await book.add(url, ["call_ended"], by=BY, at=NOON)  # as one from before it was looked at so closely
        await book.add(f"http://127.0.0.1:{receiver.port}/", ["call_ended"], by=BY, at=NOON)
        await happened(store, "call-1")
        async with background(worker(deliveries, Clock(NOON), settings).run()):
            await until(lambda: has_taken(receiver, 1))
            await until(lambda: waits_for_another_try(deliveries, odd.id))


async def waits_for_another_try(deliveries: Deliveries, webhook_id: str) -> bool:
    (delivery,) = await deliveries.latest(limit=1, webhook_id=webhook_id)
    return delivery.attempts == 1 and delivery.last_error != ""


async def test_a_removed_webhook_and_old_deliveries_are_gone(
    store: Store, book: WebhookBook, deliveries: Deliveries
) -> None:
    clock = Clock(NOON)
    async with receiving() as receiver:
        hook = await book.add(f"http://127.0.0.1:{receiver.port}/", ["call_ended"], by=BY, at=NOON)
        await happened(store, "call-1")
        async with background(worker(deliveries, clock).run()):
            await until(lambda: delivered(deliveries))
            clock.forward(days=8)
            await until(lambda: none_left(deliveries))
    await happened(store, "call-2")
    await book.remove(hook.id, by=BY, at=NOON)
    assert await deliveries.latest(limit=10) == [] == await book.all()


async def none_left(deliveries: Deliveries) -> bool:
    return not await deliveries.latest(limit=10)


@pytest.mark.parametrize(("name", "taken"), [("localhost", True), ("other.example", False)])
async def test_the_certificate_must_be_the_names(
    store: Store, book: WebhookBook, deliveries: Deliveries, tmp_path: Path, name: str, taken: bool
) -> None:
    ca_file, key_file = certificate(tmp_path, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ca_file, key_file)
    settings = WebhookSection(allow=("localhost",), timeout_s=10, ca_file=ca_file)
    async with receiving(tls=context) as receiver:
        await book.add(f"https://localhost:{receiver.port}/", ["call_ended"], by=BY, at=NOON)
        await happened(store, "call-1")
        async with background(worker(deliveries, Clock(NOON), settings).run()):
            await until(lambda: attempted(deliveries, 1))
    assert bool(receiver.bodies) == taken
