"""What callers were promised is seen to: by when it is due, done with one click, and called back from the list."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from playwright.async_api import expect

from tests.browser.axe import serious_faults
from tests.browser.calls import NUMBER, SCRIPT
from tests.browser.console import Browsers, Console
from tests.browser.test_agent import Media
from tests.browser.test_agent import media as media
from voicebot.console.pages.follow_ups import SHOWN
from voicebot.privacy.audit import Audit
from voicebot.store import tables
from voicebot.store.records import TaskRecord

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_next_one_due_comes_first_and_is_called_back_and_done(
    people: Browsers, console: Console, media: Media
) -> None:
    now = datetime.now(UTC)
    for name, call_id, due_in in (("coming", "sales-team", 48), ("overdue", "order-team", -1000)):
        due = now + timedelta(hours=due_in)
        await console.store.add_task(
            TaskRecord(name, call_id, "callback", NUMBER, f"回电 {name} {SCRIPT}", now, due_at=due)
        )
    async with people.of("agent") as agent:
        page = agent.page
        await agent.open("/follow-ups")
        tasks = page.locator(".vb-task")
        first = await tasks.first.element_handle()
        late, later = tasks.filter(has_text="回电 overdue"), tasks.filter(has_text="回电 coming")
        await expect(tasks.first).to_contain_text("回电 overdue")
        await expect(late).to_contain_text("没有按时兑现")
        await expect(late).to_contain_text(SCRIPT)
        await expect(late).not_to_contain_text(NUMBER)
        await expect(late.get_by_role("link", name="查看通话")).to_have_attribute("href", "/calls/order-team")
        await expect(later.get_by_role("link", name="查看通话")).to_have_count(0)  # a colleague's call

        await late.get_by_role("button", name="拨打").click()
        assert (await media.took("dial")).number == NUMBER  # type: ignore[union-attr]
        await expect(page.get_by_text("您的话机先响")).to_be_visible()
        assert await first.evaluate("it => it.isConnected")  # else a click might fall on what is just taken away
        await late.get_by_role("button", name="完成").click()
        await expect(late).to_have_count(0)
        await agent.open("/follow-ups?state=done")
        await expect(late).to_contain_text("已完成")
        assert (await console.store.task("overdue")).status == "done"  # type: ignore[union-attr]
        await late.get_by_role("button", name="重新打开").click()
        await expect(late).to_have_count(0)
    assert (await console.store.task("overdue")).status == "open"  # type: ignore[union-attr]
    noted = await Audit(console.store).entries(object="task:overdue")
    assert [json.loads(each.detail)["to"] for each in noted] == ["open", "done"]


async def test_all_are_reached_and_those_of_one_agent(people: Browsers, console: Console) -> None:
    now = datetime.now(UTC)
    for number in range(SHOWN + 1):
        task = TaskRecord(f"many-{number}", "order-team", "callback", NUMBER, f"第{number}件", now, status="cancelled")
        await console.store.add_task(task)
    theirs = TaskRecord("theirs", "sales-team", "callback", NUMBER, "同事的", now, status="cancelled")
    await console.store.add_task(theirs)
    async with people.of("lead") as lead:
        page, tasks = lead.page, lead.page.locator(".vb-task")
        await lead.open("/follow-ups?state=cancelled")
        await expect(tasks).to_have_count(SHOWN)
        await page.get_by_label("客服", exact=True).click()
        await page.get_by_role("option", name="邓凯").click()
        await page.wait_for_url("**/follow-ups?state=cancelled&agent=8002")
        await expect(tasks).to_have_count(SHOWN)
        await page.get_by_role("link", name="后 100 项").click()
        await page.wait_for_url("**&page=1")
        await expect(tasks).to_have_count(1)
        await expect(page.get_by_role("link", name="后 100 项")).to_have_count(0)
        await page.get_by_role("link", name="前 100 项").click()
        await page.wait_for_url("**agent=8002")
        assert await serious_faults(lead, "light") == []
        await lead.open("/follow-ups?state=cancelled&agent=8003")
        await expect(page.get_by_text("这里没有")).to_be_visible()  # whose call of another team it was is not told
    await console.store.write(sa.delete(tables.tasks).where(tables.tasks.c.status == "cancelled"))


async def test_who_has_no_phone_dials_nobody(people: Browsers, console: Console) -> None:
    async with people.of("boss") as boss:
        await boss.open("/follow-ups")
        await expect(boss.page.locator(".vb-task").first).to_be_visible()
        await expect(boss.page.get_by_role("button", name="拨打")).to_have_count(0)
