"""A tool's answer comes from the store, what it promises lies in the store, and only the owner gets at an order."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from tests.voicebot.dialogue.call import CHEN, STRANGER, WANG
from voicebot.company import Company
from voicebot.dialogue import KnowledgeSearch
from voicebot.dialogue.types import Outcome, ToolError, ToolRequest, WouldActError
from voicebot.store.records import CallRecord
from voicebot.store.store import Store
from voicebot.tools import ShopTools, known_caller

NOON = datetime.fromisoformat("2026-11-22T12:00:00+08:00")


@pytest.fixture
def tools(shop: Company, store: Store, knowledge: KnowledgeSearch) -> ShopTools:
    return ShopTools(shop, store, knowledge, None, lambda: NOON)


async def _run(tools: ShopTools, tool: str, caller: str, *, phone_tail: str | None = None, **slots: str) -> Outcome:
    return await tools.run(ToolRequest(tool, slots, caller, "cmn", phone_tail))


async def test_the_owner_gets_the_order(tools: ShopTools) -> None:
    outcome = await _run(tools, "order_status", WANG, order="20241105")

    assert outcome.name == "shipped" and outcome.values["product"] == "无线耳机"


async def test_others_get_the_same_as_for_no_order_at_all(tools: ShopTools) -> None:
    attempts = [
        await _run(tools, "order_status", STRANGER, order="20241105"),
        await _run(tools, "order_status", CHEN, order="20241105"),
        await _run(tools, "order_status", "", order="20241105"),
        await _run(tools, "order_status", STRANGER, order="20241105", phone_tail="0000"),
        await _run(tools, "order_status", STRANGER, order="99999999", phone_tail="0426"),
    ]

    assert attempts == [Outcome("not_found")] * 5


async def test_the_last_digits_open_the_order(tools: ShopTools) -> None:
    assert (await _run(tools, "order_status", STRANGER, order="20241105", phone_tail="0426")).name == "shipped"


async def test_an_accepted_return_is_a_task_and_a_refused_one_is_not(tools: ShopTools, store: Store) -> None:
    await _run(tools, "request_return", WANG, order="20241105", reason="quality")
    assert await store.tasks() == []

    await _run(tools, "request_return", WANG, order="20240538", reason="quality")

    [task] = await store.tasks()
    assert (task.kind, task.customer_number) == ("return", WANG)
    assert "20240538" in task.summary and task.payload["reason"] == "quality"
    assert task.due_at is not None and task.due_at > task.created_at


async def test_a_corrected_request_withdraws_the_task_before_it(tools: ShopTools, store: Store) -> None:
    wrong = await _run(tools, "request_invoice", WANG, order="20240538")
    corrected = ToolRequest("request_invoice", {"order": "20241105"}, WANG, "cmn", corrects=wrong.task)

    right = await tools.run(corrected)

    assert {task.id: task.status for task in await store.tasks()} == {wrong.task: "cancelled", right.task: "open"}


async def test_a_correction_that_finds_no_order_withdraws_nothing(tools: ShopTools, store: Store) -> None:
    wrong = await _run(tools, "request_invoice", WANG, order="20240538")

    await tools.run(ToolRequest("request_invoice", {"order": "99999999"}, WANG, "cmn", corrects=wrong.task))

    assert [task.status for task in await store.tasks()] == ["open"]


async def test_rehearsed_tools_look_up_and_change_nothing(tools: ShopTools, store: Store) -> None:
    rehearsed = tools.rehearsed()
    done = await _run(tools, "request_return", WANG, order="20240538")

    assert (await _run(rehearsed, "order_status", WANG, order="20241105")).name == "shipped"
    for request in (
        ToolRequest("request_return", {"order": "20240538"}, WANG, "cmn"),
        ToolRequest("register_complaint", {"details": "箱子摔坏了"}, WANG, "cmn"),
        ToolRequest("callback_task", {"number": WANG}, WANG, "cmn"),
        ToolRequest("request_return", {"order": "20241105"}, WANG, "cmn", corrects=done.task),
    ):
        with pytest.raises(WouldActError):
            await rehearsed.run(request)
    assert [(task.id, task.status) for task in await store.tasks()] == [(done.task, "open")]


async def test_a_complaint_gets_a_number_to_quote(tools: ShopTools, store: Store) -> None:
    outcome = await _run(tools, "register_complaint", STRANGER, details="快递员把箱子摔坏了")

    [task] = await store.tasks(kind="complaint")
    assert task.payload["ticket"] == outcome.values["ticket"] and "摔坏" in task.summary


async def test_whoever_listens_is_told_of_each_task_with_what_is_personal_masked(
    shop: Company, store: Store, knowledge: KnowledgeSearch
) -> None:
    await store.open_call(CallRecord("call-1", "leg", "inbound", STRANGER, "service", NOON))
    tools = ShopTools(shop, store, knowledge, "call-1", lambda: NOON)
    await _run(tools, "register_complaint", STRANGER, details="请打13912345678找我，箱子摔坏了")

    [task] = await store.tasks(kind="complaint")
    [event] = await store.pending_events()
    assert event.topic.endswith("/task_created") and task.id in event.payload
    assert "摔坏" in event.payload and "13912345678" not in event.payload


async def test_a_question_is_answered_from_the_knowledge_or_not_at_all(tools: ShopTools) -> None:
    assert (await _run(tools, "product_question", STRANGER, question="退货运费谁出")).name == "answered"
    assert (await _run(tools, "product_question", STRANGER, question="月亮有多远")).name == "unknown"


async def test_a_price_is_looked_up(tools: ShopTools, shop: Company) -> None:
    outcome = await _run(tools, "price_lookup", STRANGER, product="保温杯")

    price = next(product.price for product in shop.products if product.name == "保温杯")
    assert outcome == Outcome("found", {"product": "保温杯", "price": price})


async def test_a_store_that_cannot_write_is_a_tool_error(
    shop: Company, knowledge: KnowledgeSearch, store: Store, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    async with Store(url, patience_s=0.2) as impatient:
        tools = ShopTools(shop, impatient, knowledge, None, lambda: NOON)
        with closing(sqlite3.connect(tmp_path / "store.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(ToolError, match="register_complaint"):
                await _run(tools, "register_complaint", STRANGER, details="箱子摔坏了")


async def test_a_known_number_brings_name_and_orders_and_an_unknown_one_nothing(shop: Company, store: Store) -> None:
    known = await known_caller(store, shop, WANG)

    assert known.called == "王女士" and {order.order_number for order in known.orders} == {"20241105", "20240538"}
    assert await known_caller(store, shop, "") == type(known)()
    assert (await known_caller(store, shop, STRANGER)).orders == ()
