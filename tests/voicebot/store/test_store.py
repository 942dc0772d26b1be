"""What is written to the store comes back the same, on SQLite and on PostgreSQL alike."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from tests.voicebot.store.samples import NOON, a_call, a_turn
from voicebot.events import CallEnded, TaskCreated, TurnFinished, from_json
from voicebot.store.records import CustomerRecord, OrderRecord, TaskRecord
from voicebot.store.store import Store, StoreError


async def test_a_call_comes_back_as_it_was_written(store: Store) -> None:
    call = a_call(dialect_prior={"cmn": 0.7, "yue": 0.3}, region_province="广东", region_city="广州")
    await store.open_call(call)
    assert await store.call("call-1") == call
    assert await store.call("another") is None


async def test_a_call_is_answered_and_ended(store: Store) -> None:
    await store.open_call(a_call())
    await store.answer_call("call-1", NOON + timedelta(seconds=1), recording_path="call-1.wav")
    await store.end_call(
        "call-1",
        NOON + timedelta(seconds=60),
        outcome="resolved",
        end_reason="remote_hangup",
        language="yue",
        quality={"lost": 3},
    )
    ended = await store.call("call-1")
    assert ended is not None
    assert (ended.outcome, ended.end_reason, ended.language) == ("resolved", "remote_hangup", "yue")
    assert (ended.recording_path, ended.quality) == ("call-1.wav", {"lost": 3})
    assert ended.ended_at == NOON + timedelta(seconds=60)


async def test_the_latest_calls_come_first_and_can_be_narrowed(store: Store) -> None:
    for minute in range(5):
        number = "+8613800138000" if minute % 2 else "+85221234567"
        started = NOON + timedelta(minutes=minute)
        await store.open_call(a_call(f"c{minute}", started_at=started, caller_number=number))
    assert [call.id for call in await store.calls(limit=3)] == ["c4", "c3", "c2"]
    assert [call.id for call in await store.calls(caller_number="+8613800138000")] == ["c3", "c1"]


async def test_turns_come_back_in_order_and_one_can_be_replaced(store: Store) -> None:
    await store.open_call(a_call())
    first = a_turn(0, intent="order_status", intent_confidence=0.93, slots={"order": "20241105", "n": [1, None]})
    reply = a_turn(1, role="assistant", text="您的订单已经发货。", reply_latency_ms=640, detail={"cached": True})
    await store.add_turn(reply)
    await store.add_turn(first)
    assert await store.turns("call-1") == [first, reply]
    await store.update_turn(replace(reply, heard_text="您的订单"))
    assert (await store.turns("call-1"))[1].heard_text == "您的订单"


async def test_a_turn_of_no_call_and_a_turn_twice_are_refused(store: Store) -> None:
    with pytest.raises(StoreError):
        await store.add_turn(a_turn())
    await store.open_call(a_call())
    await store.add_turn(a_turn())
    with pytest.raises(StoreError):
        await store.add_turn(a_turn())


async def test_writes_of_many_callers_at_once_all_arrive(store: Store) -> None:
    async def talk(call_id: str) -> None:
        await store.open_call(a_call(call_id))
        for seq in range(5):
            await store.add_turn(a_turn(seq, call_id))

    async with asyncio.TaskGroup() as tasks:
        for number in range(8):
            tasks.create_task(talk(f"c{number}"))
    for number in range(8):
        assert [turn.seq for turn in await store.turns(f"c{number}")] == [0, 1, 2, 3, 4]


async def test_times_keep_their_instant_and_naive_ones_are_refused(store: Store) -> None:
    shanghai = timezone(timedelta(hours=8))
    await store.open_call(a_call(started_at=datetime(2026, 11, 5, 20, 0, tzinfo=shanghai)))
    call = await store.call("call-1")
    assert call is not None and call.started_at == NOON and call.started_at.utcoffset() == timedelta(0)
    with pytest.raises(StoreError, match="time zone"):
        await store.open_call(a_call("call-2", started_at=datetime(2026, 11, 5, 20, 0)))


async def test_a_promised_task_is_kept_until_it_is_done(store: Store) -> None:
    await store.open_call(a_call())
    task = TaskRecord("t1", "call-1", "callback", "+8613800138000", "回电：退款", NOON, payload={"intent": "refund"})
    await store.add_task(task, events=[TaskCreated("call-1", NOON, "t1", "callback", task.summary)])
    assert await store.tasks(status="open") == [task]
    assert await store.set_task_status("t1", "done")
    assert await store.tasks(status="open") == []
    assert not await store.set_task_status("no such", "done")


async def test_the_company_s_rows_are_brought_up_to_date_and_never_doubled(store: Store) -> None:
    wang = CustomerRecord("+8613800138000", "王芳", salutation="女士", level="vip", tags=("常客", "北京"))
    order = OrderRecord("20241105", wang.number, "蓝牙耳机", Decimal("299.90"), "paid", date(2026, 11, 1))
    newer = replace(order, order_number="20241106", ordered_on=date(2026, 11, 3))
    await store.import_company([wang], [order, newer])
    await store.import_company([replace(wang, level="gold")], [replace(order, status="shipped", carrier="顺丰")])
    customer = await store.customer_by_number("+8613800138000")
    assert customer == replace(wang, level="gold")
    assert await store.orders_of(wang.number) == [newer, replace(order, status="shipped", carrier="顺丰")]
    found = await store.order("20241105")
    assert found is not None and found.amount == Decimal("299.90")
    assert await store.order("99999999") is None and await store.customer_by_number("+1") is None


async def test_events_are_committed_with_their_row_or_not_at_all(store: Store) -> None:
    await store.open_call(a_call())
    event = TurnFinished("call-1", NOON, 0, "caller", "你好")
    await store.add_turn(a_turn(), events=[event])
    with pytest.raises(StoreError):
        await store.add_turn(a_turn(), events=[event])  # the same turn again
    pending = await store.pending_events()
    assert [from_json(each.topic, each.payload) for each in pending] == [event]
    await store.forget_events([each.id for each in pending])
    assert await store.pending_events() == []


async def test_events_keep_the_order_in_which_they_were_written(store: Store) -> None:
    await store.open_call(a_call())
    for seq in range(30):
        await store.enqueue_events([TurnFinished("call-1", NOON, seq, "caller", str(seq))])
        if seq % 7 == 0:  # published in between: numbers of forgotten rows must not come back
            await store.forget_events([(await store.pending_events())[-1].id])
    kept = [from_json(each.topic, each.payload) for each in await store.pending_events()]
    assert [event.seq for event in kept] == [seq for seq in range(30) if seq % 7]  # type: ignore[union-attr]


async def test_a_crashed_node_s_calls_are_closed_and_those_of_other_nodes_go_on(store: Store, store_url: str) -> None:
    await store.open_call(a_call("ringing"))
    await store.open_call(a_call("talking"))
    await store.answer_call("talking", NOON + timedelta(seconds=2), recording_path="talking.wav")
    await store.add_turn(a_turn(3, "talking", ended_ms=41_500))
    await store.open_call(a_call("over"))
    await store.end_call("over", NOON, outcome="resolved", end_reason="remote_hangup")
    async with Store(store_url, node="elsewhere") as other:
        await other.open_call(a_call("theirs"))

    assert await store.close_orphans() == 2
    talking, ringing = await store.call("talking"), await store.call("ringing")
    assert talking is not None and ringing is not None
    assert (talking.outcome, talking.ended_at) == ("interrupted", NOON + timedelta(seconds=43.5))
    assert (ringing.outcome, ringing.ended_at) == ("interrupted", NOON)
    theirs, over = await store.call("theirs"), await store.call("over")
    assert theirs is not None and theirs.ended_at is None
    assert over is not None and over.outcome == "resolved"
    told = {
        event.call_id: event for each in await store.pending_events() if (event := from_json(each.topic, each.payload))
    }
    assert isinstance(told["talking"], CallEnded) and told["talking"].duration_s == 41.5
    assert await store.close_orphans() == 0
