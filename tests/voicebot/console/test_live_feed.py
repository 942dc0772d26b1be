"""Every page gets the events it wants, in order; a page that does not keep up loses the oldest and delays nobody."""

import asyncio
from datetime import timedelta

import pytest

from tests.voicebot.store.samples import NOON, a_call
from voicebot.background import background
from voicebot.console.feed import MOST_WAITING, CallEvent, LiveFeed
from voicebot.console.live_calls import LiveCalls
from voicebot.events import (
    AgentJoined,
    CallEnded,
    CallOffered,
    CallQueued,
    CallStarted,
    OfferEnded,
    PartialTranscript,
    QueueLeft,
    ReplyStarted,
    TurnFinished,
)
from voicebot.store.call_search import CallSearch, FoundCall
from voicebot.store.store import Store


def said(number: int) -> PartialTranscript:
    return PartialTranscript("c1", 0, str(number), "", float(number))


async def test_a_slow_page_loses_the_oldest_events_only() -> None:
    feed = LiveFeed[CallEvent]()
    with feed.subscribed() as slow:
        for number in range(MOST_WAITING + 10):
            feed.publish(said(number))
        heard = []
        async with asyncio.timeout(30):
            async for event in slow:
                heard.append(event)
                if len(heard) == MOST_WAITING:
                    break
    assert heard == [said(number) for number in range(10, MOST_WAITING + 10)]


async def test_a_page_gets_what_it_wants_and_nothing_once_it_has_gone() -> None:
    feed = LiveFeed[CallEvent]()
    with feed.subscribed(lambda event: event.call_id == "other") as events:
        feed.publish(said(1))
        feed.publish(PartialTranscript("other", 0, "x", "", 0.0))
        async with asyncio.timeout(30):
            async for event in events:
                assert event.call_id == "other"
                break
    feed.publish(said(2))
    assert not feed._subscriptions


@pytest.fixture
async def live(store: Store) -> LiveCalls:
    return LiveCalls(CallSearch(store))


async def test_a_call_is_followed_from_ring_to_hang_up(live: LiveCalls) -> None:
    live.apply(CallStarted("c1", NOON, "inbound", "+8613800138000", "400", dialect_prior={"cmn": 0.3, "yue": 0.7}))
    live.apply(TurnFinished("c1", NOON, 0, "caller", "我要投诉", intent="complaint", emotion="angry"))
    live.apply(ReplyStarted("c1", NOON, 1, "请稍等", latency_ms=420))
    live.apply(TurnFinished("c1", NOON, 2, "caller", "好的", intent="affirm", emotion="calm"))
    (call,) = live.all()
    assert (call.dialect, call.intents, call.mood, call.latency_ms) == ("yue", ("complaint", "affirm"), "angry", 420)
    live.apply(CallEnded("c1", NOON, "resolved", "remote_hangup", 12.0))
    live.apply(TurnFinished("c1", NOON, 3, "caller", "再见"))
    assert live.all() == []


async def test_waiting_ringing_and_talking_to_a_human_are_told_apart(live: LiveCalls) -> None:
    live.apply(CallStarted("c1", NOON, "inbound", "+8613800138000", "400"))
    states = []
    for event in (
        CallQueued("c1", NOON, "order"),
        CallOffered("c1", NOON, "8001", 1.0),
        OfferEnded("c1", NOON, "8001", "missed"),
        CallOffered("c1", NOON, "8002", 9.0),
        AgentJoined("c1", NOON, "8002", 12.0),
        QueueLeft("c1", NOON, "agent", 12.0),
        OfferEnded("c1", NOON, "8002", "talked"),
    ):
        live.apply(event)
        (call,) = live.all()
        states.append((call.with_whom, call.agent_id))
    assert states == [
        ("queue", ""), ("ringing", "8001"), ("queue", ""), ("ringing", "8002"), ("agent", "8002"), ("agent", "8002"),
        ("bot", ""),
    ]  # fmt: skip


async def test_what_was_missed_is_read_from_the_store(live: LiveCalls, store: Store) -> None:
    await store.open_call(a_call("missed"))
    await store.open_call(a_call("over", started_at=NOON + timedelta(hours=1)))
    live.apply(CallStarted("over", NOON, "inbound", "+8613800138000", "400"))
    await store.end_call("over", NOON, outcome="resolved", end_reason="remote_hangup")
    running = asyncio.create_task(live.run(LiveFeed[CallEvent]()))
    async with asyncio.timeout(30):
        while [call.id for call in live.all()] != ["missed"]:  # noqa: ASYNC110 - it reads on a thread of its own
            await asyncio.sleep(0.01)
    running.cancel()


class SlowSearch(CallSearch):
    """Knows what it has found some time before it says so."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.found, self.goes_on = asyncio.Event(), asyncio.Event()

    async def going_on(self) -> list[FoundCall]:
        calls = await super().going_on()
        self.found.set()
        await self.goes_on.wait()
        return calls


async def test_what_is_told_while_the_store_is_read_is_not_undone_by_what_it_knew_before(store: Store) -> None:
    for name in ("stays", "ends"):
        await store.open_call(a_call(name))
    search = SlowSearch(store)
    live = LiveCalls(search)
    async with background(live.run(LiveFeed[CallEvent]())), asyncio.timeout(30):
        await search.found.wait()
        live.apply(CallEnded("ends", NOON, "resolved", "remote_hangup", 12.0))
        live.apply(CallStarted("begins", NOON, "inbound", "+8613800138000", "400"))
        search.goes_on.set()
        while live.get("stays") is None:  # noqa: ASYNC110 - once what was read is taken over
            await asyncio.sleep(0.01)
        assert {call.id for call in live.all()} == {"stays", "begins"}
