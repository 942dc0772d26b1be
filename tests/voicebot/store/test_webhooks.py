"""In both databases an event and its deliveries are written together or not at all, and are handed out once."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.voicebot.store.samples import a_call
from voicebot.events import CallAnswered, CallEnded
from voicebot.store.store import Store, StoreError
from voicebot.webhooks.book import WebhookBook, WebhookError

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
ENDED = CallEnded("call-1", NOON, "resolved", "remote_hangup", 12.5)


async def test_each_webhook_is_told_what_it_asked_for(store: Store) -> None:
    book = WebhookBook(store)
    both = await book.add("https://a.example/", ["call_ended", "call_answered", "call_ended"], at=NOON)
    one = await book.add("https://b.example/", ["call_ended"], at=NOON)
    assert {hook.id: hook.events for hook in await book.all()} == {
        both.id: ("call_answered", "call_ended"),
        one.id: ("call_ended",),
    }
    await store.enqueue_events([CallAnswered("call-1", NOON), ENDED])
    told = {(each.webhook_id, each.event) for each in await book.deliveries(limit=10)}
    assert told == {(both.id, "call_answered"), (both.id, "call_ended"), (one.id, "call_ended")}


async def test_a_write_that_fails_tells_nobody(store: Store) -> None:
    book = WebhookBook(store)
    await book.add("https://a.example/", ["call_ended"], at=NOON)
    await store.open_call(a_call())
    with pytest.raises(StoreError):
        await store.open_call(a_call(), events=[ENDED])
    assert await book.deliveries(limit=10) == []


async def test_what_is_due_is_handed_out_once_and_some_of_each_webhook(store: Store) -> None:
    book = WebhookBook(store)
    busy = await book.add("https://a.example/", ["call_ended"], at=NOON)
    other = await book.add("https://b.example/", ["call_ended"], at=NOON)
    await store.enqueue_events([ENDED] * 5)
    assert await book.take_due(NOON - timedelta(seconds=1), each=2) == []
    taken = await book.take_due(NOON, each=2, busy=[busy.id])
    assert [each.delivery.webhook_id for each in taken] == [other.id] * 2
    rest = await book.take_due(NOON, each=10)
    assert len(rest) == 8 and not {each.delivery.id for each in rest} & {each.delivery.id for each in taken}
    assert rest[0].secret in (busy.secret, other.secret) and rest[0].secret not in repr(rest[0])


async def test_events_and_webhooks_that_do_not_exist_are_refused(store: Store) -> None:
    book = WebhookBook(store)
    for events in ([], ["call_eaten"]):
        with pytest.raises(WebhookError):
            await book.add("https://a.example/", events, at=NOON)
    with pytest.raises(WebhookError):
        await book.remove("nothing")
    with pytest.raises(WebhookError):
        await book.deliveries(limit=1, state="eaten")
