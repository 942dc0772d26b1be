"""What a page hides is not found out from it in another way: by searching for it, or from a page that went wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.browser.calls import NUMBER
from tests.browser.console import PASSWORD, Console
from tests.browser.test_own_pages import person
from voicebot.bench.console.open_page import signed_in
from voicebot.store.records import CallRecord

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG_AGO = datetime.now(UTC) - timedelta(days=400)
"""No other test finds these calls."""


def a_call(call_id: str) -> CallRecord:
    return CallRecord(call_id, "leg", "inbound", NUMBER, "400", LONG_AGO, agent_id="8002", team="订单组")


@pytest.mark.parametrize(
    "asked", ["number=1380", "number=%2B", "words=1380", "words=13 80", "words=一三八", "words=电话 13"]
)
async def test_who_sees_numbers_masked_does_not_find_them_digit_by_digit(console: Console, asked: str) -> None:
    agent, lead = await person(console, "agent"), await person(console, "lead")
    refused = (await agent.get(f"/calls?span=all&{asked}")).text
    assert "不能按号码查找" in refused and "order-team" not in refused
    assert "不能按号码查找" not in (await lead.get(f"/calls?span=all&{asked}")).text
    found = (await agent.get("/calls?span=all&words=我要开发票")).text
    assert "order-team" in found


async def test_a_page_that_goes_wrong_tells_nothing_of_what_went_wrong(console: Console) -> None:
    broken = replace(a_call("broken"), dialects={"cmn": "secret"})  # type: ignore[dict-item]
    await console.store.open_call(broken)
    await console.store.end_call("broken", LONG_AGO, outcome="resolved", end_reason="remote_hangup")
    boss = await signed_in(console.url, "boss", PASSWORD)
    answer = await boss.get("/calls/broken")
    assert answer.status_code == 500
    assert "这一页出错了" in answer.text
    assert "Error" not in answer.text and "secret" not in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("page", ["9" * 30, "9" * 5000, "-1", "²", "x"])
async def test_a_part_of_a_list_that_makes_no_sense_is_its_first(console: Console, page: str) -> None:
    boss = await person(console, "boss")
    assert (await boss.get("/company/changes", params={"page": page})).status_code == 200
