"""In both databases an event and its deliveries are written together or not at all, and are handed out once."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.voicebot.store.samples import a_call
from voicebot.events import CallAnswered, CallEnded
from voicebot.privacy.audit import Audit
from voicebot.store.store import Store, StoreError
from voicebot.webhooks.book import WebhookBook, WebhookError
from voicebot.webhooks.deliveries import Deliveries

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
BY = "account:1"
ENDED = CallEnded("call-1", NOON, "resolved", "remote_hangup", 12.5)


async def test_each_webhook_is_told_what_it_asked_for(store: Store) -> None:
    book, deliveries = WebhookBook(store), Deliveries(store)
    both = await book.add("https://a.example/", ["call_ended", "call_answered", "call_ended"], by=BY, at=NOON)
    one = await book.add("https://b.example/", ["call_ended"], by=BY, at=NOON)
    assert {hook.id: hook.events for hook in await book.all()} == {
        both.id: ("call_answered", "call_ended"),
        one.id: ("call_ended",),
    }
    await store.enqueue_events([CallAnswered("call-1", NOON), ENDED])
    told = {(each.webhook_id, each.event) for each in await deliveries.latest(limit=10)}
    assert told == {(both.id, "call_answered"), (both.id, "call_ended"), (one.id, "call_ended")}


async def test_a_write_that_fails_tells_nobody(store: Store) -> None:
    book, deliveries = WebhookBook(store), Deliveries(store)
    await book.add("https://a.example/", ["call_ended"], by=BY, at=NOON)
    await store.open_call(a_call())
    with pytest.raises(StoreError):
        await store.open_call(a_call(), events=[ENDED])
    assert await deliveries.latest(limit=10) == []


async def test_what_is_due_is_handed_out_once_and_some_of_each_webhook(store: Store) -> None:
    book, deliveries = WebhookBook(store), Deliveries(store)
    busy = await book.add("https://a.example/", ["call_ended"], by=BY, at=NOON)
    other = await book.add("https://b.example/", ["call_ended"], by=BY, at=NOON)
    await store.enqueue_events([ENDED] * 5)
    assert await deliveries.take_due(NOON - timedelta(seconds=1), each=2) == []
    taken = await deliveries.take_due(NOON, each=2, busy=[busy.id])
    assert [each.delivery.webhook_id for each in taken] == [other.id] * 2
    rest = await deliveries.take_due(NOON, each=10)
    assert len(rest) == 8 and not {each.delivery.id for each in rest} & {each.delivery.id for each in taken}
    assert rest[0].secret in (busy.secret, other.secret) and rest[0].secret not in repr(rest[0])


async def test_every_change_is_noted_with_it_and_no_secret_is(store: Store) -> None:
    book, deliveries = WebhookBook(store), Deliveries(store)
    hook = await book.add("https://a.example/?token=theirs", ["call_ended"], by=BY, at=NOON)
    await store.enqueue_events([ENDED])
    await book.change(hook, "https://b.example/", ["call_started", "task_created"], by="account:2", at=NOON)
    (changed,) = await book.all()
    assert changed == replace(hook, url="https://b.example/", events=("call_started", "task_created"))
    (due,) = await deliveries.take_due(NOON, each=10)
    assert due.url == "https://b.example/"  # also what waited for it
    await book.remove(hook.id, by="account:3", at=NOON)
    with pytest.raises(WebhookError):
        await book.change(hook, "https://a.example/", ["call_ended"], by=BY, at=NOON)
    with pytest.raises(WebhookError):
        await deliveries.begin_test(hook, by=BY, at=NOON)
    noted = list(reversed(await Audit(store).entries()))
    assert [(each.actor, each.action.removeprefix("webhook.")) for each in noted] == [
        (BY, "added"),
        ("account:2", "changed"),
        ("account:3", "removed"),
    ]
    assert json.loads(noted[1].detail) == {"host": "b.example", "events": "call_started task_created"}
    assert hook.secret not in repr(noted) and "theirs" not in repr(noted)


async def test_what_was_given_up_is_tried_again_by_webhook_and_a_test_is_not(store: Store) -> None:
    book, deliveries = WebhookBook(store), Deliveries(store)
    hooks = [await book.add(f"https://{name}.example/", ["call_ended"], by=BY, at=NOON) for name in "ab"]
    await store.enqueue_events([ENDED] * 2)
    for _ in range(11):
        for each in await deliveries.latest(limit=10):
            await deliveries.failed(each, "answered 500", NOON)
    test = await deliveries.begin_test(hooks[0], by=BY, at=NOON)
    assert test.delivery.event == "test" and await deliveries.take_due(NOON, each=10) == []  # its maker has it
    assert await deliveries.failed(test.delivery, "answered 500", NOON) is None
    assert [await deliveries.given_up(hook.id) for hook in hooks] == [2, 2]
    assert await deliveries.retry(webhook_id=hooks[0].id, by=BY, at=NOON) == 2
    assert [await deliveries.given_up(hook.id) for hook in hooks] == [0, 2]
    states = [(each.event, each.state) for each in await deliveries.latest(limit=10, webhook_id=hooks[0].id)]
    assert states == [("test", "dead"), ("call_ended", "waiting"), ("call_ended", "waiting")]
    assert await deliveries.retry(ids=[test.delivery.id], by=BY, at=NOON) == 0
    assert await deliveries.retry(by=BY, at=NOON) == 2
    retried = [json.loads(each.detail) for each in await Audit(store).entries(action="webhook.retried")]
    assert retried == [{"deliveries": 2}, {"deliveries": 2}]


async def test_events_and_webhooks_that_do_not_exist_are_refused(store: Store) -> None:
    book, deliveries = WebhookBook(store), Deliveries(store)
    for events in ([], ["call_eaten"]):
        with pytest.raises(WebhookError):
            await book.add("https://a.example/", events, by=BY, at=NOON)
    with pytest.raises(WebhookError):
        await book.remove("nothing", by=BY, at=NOON)
    with pytest.raises(WebhookError):
        await deliveries.latest(limit=1, state="eaten")
