"""Calls are found by what was said in them and by what is known of them, on SQLite and on PostgreSQL alike."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.voicebot.store.samples import NOON, a_call, a_turn
from voicebot.store import tables
from voicebot.store.call_search import NO_AGENT, CallFilter, CallSearch
from voicebot.store.store import Store


@pytest.fixture
async def search(store: Store) -> CallSearch:
    chengdu = {"region_province": "四川", "dialects": {"cmn-sichuan": 0.8, "cmn": 0.2}, "language": "cmn"}
    await store.open_call(a_call("chengdu", **chengdu))
    await store.open_call(a_call("beijing", started_at=NOON + timedelta(hours=1), caller_number="+8610650123"))
    await store.end_call("beijing", NOON + timedelta(hours=2), outcome="resolved", end_reason="remote_hangup")
    await store.add_turn(
        a_turn(0, "chengdu", text="我想查一下订单到哪里了", intent="order_status", emotion="calm"),
        a_turn(1, "chengdu", role="assistant", text="您的订单已经发货。", intent="order_status"),
        a_turn(2, "chengdu", text="太慢了，我要投诉", intent="complaint", emotion="angry"),
        a_turn(0, "beijing", text="Please 开发票, 100%", intent="invoice"),
    )
    return CallSearch(store)


async def _ids(search: CallSearch, **wanted: object) -> list[str]:
    """A page asks each call, a total and an export gather them: both find the same."""
    query = CallFilter(**wanted)  # type: ignore[arg-type]
    found = [each.call.id for each in await search.find(query)]
    assert await search.ids(query, limit=100) == found and await search.count(query) == len(found)
    return found


@pytest.mark.parametrize("words", ["订", "订单", "订单到", "单到哪里", "了", "投诉", "订单 投诉", "诉 到"])
async def test_any_run_of_spoken_characters_finds_its_call(search: CallSearch, words: str) -> None:
    assert await _ids(search, words=words) == ["chengdu"]


@pytest.mark.parametrize("words", ["please", "PLEASE 发票", "100%", "0%", "ase 开"])
async def test_letters_are_found_in_either_case_and_signs_mean_themselves(search: CallSearch, words: str) -> None:
    assert await _ids(search, words=words) == ["beijing"]


@pytest.mark.parametrize("words", ["退货", "单订", "订单 发票", '"', "%", "' OR 1=1 --", "NOT 订单", "\0", "x" * 5000])
async def test_what_nobody_said_finds_nothing_whatever_is_typed(search: CallSearch, words: str) -> None:
    found = await _ids(search, words=words)
    assert found == (["beijing"] if words == "%" else ["beijing", "chengdu"] if words == "\0" else [])


async def test_the_index_follows_a_turn_that_is_changed_or_deleted(search: CallSearch, store: Store) -> None:
    await store.update_turn(a_turn(2, "chengdu", text="*** 改过了"))
    assert await _ids(search, words="投诉") == []
    assert await _ids(search, words="改过") == ["chengdu"]
    await store.transact(lambda c: c.execute(sa.delete(tables.calls).where(tables.calls.c.id == "chengdu")).rowcount)
    assert await _ids(search, words="改过") == []


async def test_calls_are_read_on_in_parts_by_their_ids(search: CallSearch) -> None:
    assert await search.ids(CallFilter(), limit=10) == ["beijing", "chengdu"]
    assert await search.ids(CallFilter(), limit=1) == ["beijing"]
    assert await search.ids(CallFilter(words="投诉"), limit=10) == ["chengdu"]
    found = await search.described(["chengdu", "gone", "beijing"])
    assert [(each.call.id, each.intents, each.mood) for each in found] == [
        ("chengdu", ("order_status", "complaint"), "angry"),
        ("beijing", ("invoice",), ""),
    ]
    of_chengdu = search.within(tables.calls.c.region_province == "四川")
    assert await of_chengdu.ids(CallFilter(), limit=10) == ["chengdu"]
    assert [each.call.id for each in await of_chengdu.described(["beijing", "chengdu"])] == ["chengdu"]


async def test_the_calls_of_an_agent_and_those_that_the_assistant_had_alone(search: CallSearch, store: Store) -> None:
    await store.open_call(a_call("with-agent", agent_id="8001", team="售后组"))
    assert await _ids(search, agent="8001") == ["with-agent"]
    assert await _ids(search, agent=NO_AGENT) == ["beijing", "chengdu"]


async def test_calls_are_narrowed_by_what_is_known_of_them(search: CallSearch) -> None:
    assert await _ids(search) == ["beijing", "chengdu"]
    for wanted in (
        {"province": "四川"},
        {"dialect": "cmn-sichuan"},
        {"intent": "complaint"},
        {"emotion": "angry"},
        {"outcome": "open"},
        {"language": "cmn"},
        {"until": NOON + timedelta(minutes=1)},
        {"number": "138"},
    ):
        assert await _ids(search, **wanted) == ["chengdu"], wanted
    for wanted in ({"outcome": "resolved"}, {"since": NOON + timedelta(minutes=1)}, {"number": "+8610"}):
        assert await _ids(search, **wanted) == ["beijing"], wanted
    for wanted in ({"dialect": "cmn"}, {"number": "%"}, {"emotion": "angry", "province": "北京"}):
        assert await _ids(search, **wanted) == [], wanted


async def test_a_call_is_found_by_the_dialect_that_was_heard_in_it_not_by_that_of_its_number(
    search: CallSearch, store: Store
) -> None:
    await store.open_call(a_call("moved", dialect_prior={"cmn-sichuan": 0.7}, dialects={"cmn-sichuan": 0.7}))
    assert "moved" in await _ids(search, dialect="cmn-sichuan")
    await store.add_turn(a_turn(0, "moved"), dialects={"yue": 0.9, "cmn-sichuan": 0.1})
    await store.add_turn(a_turn(1, "moved", role="agent"))
    assert await _ids(search, dialect="yue") == ["moved"]
    assert "moved" not in await _ids(search, dialect="cmn-sichuan")


async def test_a_found_call_says_what_it_was_about_and_where_the_word_was_said(search: CallSearch) -> None:
    (found,) = await search.find(CallFilter(words="订单"))
    assert (found.intents, found.mood, found.turns) == (("order_status", "complaint"), "angry", 3)
    assert found.snippet == "我想查一下订单到哪里了"
    assert [each.call.id for each in await search.going_on()] == ["chengdu"]
    assert replace(found, snippet="") == (await search.going_on())[0]


async def test_a_turn_of_a_hundred_thousand_characters_is_found(store: Store) -> None:
    await store.open_call(a_call())
    await store.add_turn(a_turn(text="很" * 100_000 + "长"))
    assert len(await CallSearch(store).find(CallFilter(words="很长"))) == 1


async def test_which_of_some_calls_are_reached_is_told_at_once(search: CallSearch) -> None:
    assert await search.those_of([]) == {}
    assert (await search.those_of(["chengdu", "beijing", "gone"])).keys() == {"chengdu", "beijing"}
    within = search.within(tables.calls.c.region_province == "四川")
    reached = await within.those_of(["chengdu", "beijing"])
    assert {id_: call.region_province for id_, call in reached.items()} == {"chengdu": "四川"}
