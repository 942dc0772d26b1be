"""Invariant: only a dialect in which a number was really served is remembered of it, once a call, in both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.voicebot.store.samples import a_call
from voicebot.store.earlier_calls import LATEST, served_dialects
from voicebot.store.floor import FloorStore
from voicebot.store.floor_records import OfferRecord
from voicebot.store.store import Store

AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
NUMBER = a_call("x").caller_number


async def call(
    store: Store, call_id: str, language: str | None = "cmn", *, hours: int = 0, number: str = NUMBER, over: bool = True
) -> None:
    await store.open_call(replace(a_call(call_id), started_at=AT + timedelta(hours=hours), caller_number=number))
    if over:
        ended = AT + timedelta(hours=hours, minutes=5)
        await store.end_call(call_id, ended, outcome="resolved", end_reason="hangup", language=language)


async def offer(store: Store, call_id: str, dialect: str, *, matched: bool = True, joined: bool = True) -> None:
    floor, offer_id = FloorStore(store, "local"), f"{call_id}-{dialect}-{matched}-{joined}"
    await floor.offered(OfferRecord(offer_id, call_id, "8001", "order", dialect, matched, AT, 3.5), events=[])
    if joined:
        await floor.offer_went_on(offer_id, {"joined_at": AT})


async def test_a_number_that_never_rang_was_served_in_nothing(store: Store) -> None:
    assert await served_dialects(store, NUMBER) == []


async def test_the_assistants_cantonese_and_the_agents_dialects_count_once_a_call(store: Store) -> None:
    await call(store, "bot", "yue", hours=1)
    await call(store, "agent", hours=2)
    for _ in ("offered", "and to the next"):
        await offer(store, "agent", "cmn-sichuan", joined=_ == "offered")
    assert sorted(await served_dialects(store, NUMBER)) == ["cmn-sichuan", "yue"]


async def test_mandarin_strangers_misses_mismatches_and_calls_that_go_on_do_not_count(store: Store) -> None:
    await call(store, "mandarin")
    await call(store, "other", "yue", number="+8613900000000")
    await call(store, "open", "yue", over=False)
    await call(store, "missed")
    await offer(store, "missed", "wuu", joined=False)
    await offer(store, "missed", "nan", matched=False)
    assert await served_dialects(store, NUMBER) == []


async def test_only_the_latest_calls_are_looked_at(store: Store) -> None:
    await call(store, "old", "yue", hours=-1)
    for number in range(LATEST):
        await call(store, f"new{number}", hours=number)
    assert await served_dialects(store, NUMBER) == []
