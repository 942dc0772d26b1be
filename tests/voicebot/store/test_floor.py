"""What happened on the floor is found again as it was, in both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.voicebot.store.samples import a_call
from voicebot.events import CallQueued
from voicebot.store.floor import FloorStore
from voicebot.store.floor_records import OfferRecord, PromptRecord, QueueVisit, WrapUpRecord
from voicebot.store.store import Store

AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


@pytest.fixture
def floor(store: Store) -> FloorStore:
    return FloorStore(store, "local")


async def test_a_wait_ends_with_where_the_caller_went(store: Store, floor: FloorStore) -> None:
    await store.open_call(a_call("c1"))
    visit = QueueVisit("v1", "c1", "order", {"yue": 0.7}, None, 0.4, 0.0, AT)
    await floor.entered(visit, events=[CallQueued("c1", AT, "order")])
    await floor.left("v1", "agent", AT + timedelta(seconds=9), events=[])
    [found] = await floor.visits("c1")
    assert found == replace(visit, left_at=AT + timedelta(seconds=9), left_to="agent")
    assert any("call_queued" in event.topic for event in await store.pending_events())


async def test_an_offer_keeps_why_and_who_else_and_what_came_of_it(store: Store, floor: FloorStore) -> None:
    await store.open_call(a_call("c1"))
    offer = OfferRecord(
        "o1", "c1", "8001", "order", "yue", True, AT, 3.5, ("会粤语",), {"dialect": 2.0}, ({"agent_id": "8002"},)
    )
    await floor.offered(offer, events=[])
    await floor.offer_went_on("o1", {"fate": "missed", "ended_at": AT})
    assert await floor.offers("c1") == [replace(offer, fate="missed", ended_at=AT)]


async def test_the_agent_who_had_a_caller_last_is_known(store: Store, floor: FloorStore) -> None:
    first, second = a_call("c1"), replace(a_call("c2"), started_at=a_call("c1").started_at + timedelta(hours=1))
    for each in (first, second):
        await store.open_call(each)
    assert await floor.last_agent(first.caller_number) is None
    await floor.joined("c1", "8001", "售后组")
    assert await floor.last_agent(first.caller_number) == "8001"
    assert (await store.call("c1")).team == "售后组"  # type: ignore[union-attr]
    [earlier] = await floor.earlier_calls(first.caller_number, second.started_at, 5)
    assert earlier.id == "c1"


async def test_prompts_keep_what_agents_made_of_them(store: Store, floor: FloorStore) -> None:
    await store.open_call(a_call("c1"))
    prompt = PromptRecord("p1", "c1", "8001", 1500, "knowledge", "七天无理由", "knowledge/return", 0.8)
    await floor.prompts_shown([prompt, replace(prompt, id="p2")])
    await floor.prompt_judged("p1", helped=True)
    assert [each.helped for each in await floor.prompts("c1")] == [True, None]
    assert [each.id for each in await floor.judged_prompts(10)] == ["p1"]


async def test_an_agents_word_takes_the_place_of_the_suggested_wrap_up(store: Store, floor: FloorStore) -> None:
    await store.open_call(a_call("c1"))
    suggested = WrapUpRecord("c1", "8001", AT, "resolved", "已解决", "", "退货")
    await floor.wrapped_up(suggested)
    await floor.wrapped_up(replace(suggested, disposition="callback", note="明天再打", confirmed=True))
    [found] = await floor.wrap_ups("c1")
    assert found.confirmed and found.note == "明天再打"
    assert (await store.call("c1")).disposition == "callback"  # type: ignore[union-attr]


async def test_packets_presence_and_shadow_are_kept(store: Store, floor: FloorStore) -> None:
    await store.open_call(a_call("c1"))
    await floor.packet_handed("c1", "8001", AT, '{"call_id": "c1"}')
    assert await floor.packets("c1") == [{"call_id": "c1"}]
    for presence in ("ready", "break"):
        await floor.presence_changed("8001", AT, presence, "agent")
    assert await floor.presences() == {"8001": "break"}
    await floor.shadow_differed("c1", AT, "8001", None, ["留给更合适的人"])


async def test_a_begun_note_is_kept_and_becomes_the_note_of_the_wrap_up(store: Store, floor: FloorStore) -> None:
    await store.open_call(a_call("c1"))
    assert await floor.note_draft("c1", "8001") == ""
    await floor.keep_note_draft("c1", "8001", "很急", AT)
    await floor.keep_note_draft("c1", "8001", "很急，下午回电", AT)
    assert await floor.note_draft("c1", "8001") == "很急，下午回电"
    assert await floor.note_draft("c1", "8002") == ""

    suggested = WrapUpRecord("c1", "8001", AT, "solved", "已解决", "", "换货")
    await floor.wrapped_up(suggested)  # the agent says nothing more: what was noted down is not lost
    assert await floor.unconfirmed_wrap_up("8001") == replace(suggested, note="很急，下午回电")
    assert await floor.wrap_ups("c1") == [replace(suggested, note="很急，下午回电")]

    confirmed = replace(suggested, note="已回电", confirmed=True)
    await floor.wrapped_up(confirmed)
    assert await floor.wrap_ups("c1") == [confirmed]
    assert await floor.unconfirmed_wrap_up("8001") is None
    assert await floor.note_draft("c1", "8001") == ""
