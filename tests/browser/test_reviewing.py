"""People over a score: a supervisor overrules and answers, an agent appeals, both values stay, totals follow, all is
audited; and nobody reaches the calls of another team."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.browser.axe import serious_faults
from tests.browser.calls import NUMBER, SCRIPT, TEMPLATE, an_agent_s_call
from tests.browser.console import Browsers, Console
from voicebot.company import load_company
from voicebot.demo import SAMPLE_COMPANY
from voicebot.privacy.audit import Audit
from voicebot.qa.review.reviews import Reviewing, ReviewStore
from voicebot.qa.summary_store import SummaryStore
from voicebot.store.floor import FloorStore
from voicebot.store.floor_records import OfferRecord, WrapUpRecord
from voicebot.store.records import TaskRecord, TurnRecord

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def reviewed(console: Console) -> None:
    await an_agent_s_call(console, "reviewed", "周宁")


def item(page: Page, title: str) -> Locator:
    return page.locator(".vb-item", has=page.get_by_text(title, exact=True))


async def total(page: Page) -> int:
    return int(await page.locator(".vb-score-total").inner_text())


@pytest.mark.usefixtures("reviewed")
async def test_why_a_call_went_to_whom_is_read_with_those_who_might_have_had_it(
    people: Browsers, console: Console
) -> None:
    offer = OfferRecord(
        "decided", "reviewed", "8002", "order", "wuu", True, datetime.now(UTC), 4.0,
        reasons=(f"来电者多半说吴语 {TEMPLATE}", "订单技能4级"), price={"dialect": 3.0},
        alternatives=({"agent_id": "8003", "price": 21.0},), fate="talked", joined_at=datetime.now(UTC),
    )  # fmt: skip
    await FloorStore(console.store, "here").offered(offer, events=[])
    spoke = {"dialect": {"likeliest": {"wuu": 0.8}, "reasons": [f"说了“侬” {SCRIPT}"]}, "routing": "“投诉”由人工处理"}
    await console.store.add_turn(TurnRecord("reviewed", 9, "caller", "侬好", 30_000, 31_000, detail=spoke))
    async with people.of("lead") as lead:
        await lead.open("/calls/reviewed")
        about = lead.page.locator(".vb-panel", has=lead.page.get_by_text("来电信息", exact=True))
        for told in (f"说了“侬” {SCRIPT}", "“投诉”由人工处理"):
            await expect(about).to_contain_text(told)
        decided = lead.page.locator(".vb-panel", has=lead.page.get_by_text("为什么转给他", exact=True))
        for told in ("已通话", "等了4秒", f"来电者多半说吴语 {TEMPLATE}；订单技能4级", "何嘉欣（多等效18秒）"):
            await expect(decided).to_contain_text(told)
        assert await serious_faults(lead, "light") == []
        assert await lead.call("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.usefixtures("reviewed")
async def test_a_call_tells_what_became_of_it_and_how_its_agent_closed_it(people: Browsers, console: Console) -> None:
    call = await console.store.call("reviewed")
    assert call
    made = await SummaryStore(console.store).make(load_company(SAMPLE_COMPANY), call, now=datetime.now(UTC))
    floor = FloorStore(console.store, "here")
    note = f"答应补寄 {SCRIPT} {NUMBER}"
    await floor.wrapped_up(
        WrapUpRecord("reviewed", "8002", datetime.now(UTC), "order_done", "订单已办理", "", "查了订单", note, True)
    )
    async with people.of("lead") as lead:
        await lead.open("/calls/reviewed")
        told = lead.page.locator(".vb-panel", has=lead.page.get_by_text("通话小结", exact=True))
        for shown in (made.summary.reason.text, "邓凯的话后整理", "订单已办理", "客服已确认", f"答应补寄 {SCRIPT}"):
            await expect(told).to_contain_text(shown)
        await expect(told).not_to_contain_text(NUMBER)
        await told.get_by_role("button", name="看原话").first.click()
        assert await serious_faults(lead, "light") == []


@pytest.mark.usefixtures("reviewed")
async def test_a_promise_that_was_not_kept_in_time_says_so(people: Browsers, console: Console) -> None:
    late = datetime.now(UTC) - timedelta(minutes=1)
    task = TaskRecord("late", "reviewed", "callback", NUMBER, "回电", late - timedelta(minutes=1), due_at=late)
    await console.store.add_task(task)
    async with people.of("lead") as lead:
        await lead.open("/calls/reviewed")
        promises = lead.page.locator(".vb-panel", has=lead.page.get_by_text("承诺与待办", exact=True))
        await expect(promises).to_contain_text("没有按时兑现")


@pytest.mark.usefixtures("reviewed")
async def test_an_appeal_gets_an_answer_and_both_values_stay(people: Browsers, console: Console) -> None:
    async with people.of("agent") as agent, people.of("lead") as lead:
        await agent.open("/calls/reviewed")
        closing = item(agent.page, "结束语")
        await expect(closing.get_by_role("button", name="改判")).to_have_count(0)
        await closing.get_by_role("button", name="申诉").click()
        await agent.page.get_by_role("button", name="提交").click()
        await expect(agent.page.get_by_role("alert")).to_have_text("请写明理由，对方会看到。")
        await agent.page.get_by_label("哪里判错了").fill(f"客户先挂了 {SCRIPT}")
        await agent.page.get_by_role("button", name="提交").click()
        await expect(closing).to_contain_text("待答复")

        await lead.open("/reviews")
        await expect(lead.page.get_by_role("row", name="结束语 邓凯")).to_contain_text(f"客户先挂了 {SCRIPT}")
        assert await lead.call("document.documentElement.scrollWidth <= window.innerWidth")
        await lead.open("/calls/reviewed")
        before = await total(lead.page)
        closing = item(lead.page, "结束语")
        await expect(closing).to_contain_text(f"客户先挂了 {SCRIPT}")
        await closing.get_by_role("button", name="答复申诉").click()
        await lead.page.get_by_label("通过", exact=True).check()
        await lead.page.get_by_label("给客服的答复").fill("听了录音，属实")
        assert await serious_faults(lead, "light") == []
        await lead.page.get_by_role("button", name="提交").click()
        await expect(lead.page.get_by_text(f"复核后；系统评分 {before}")).to_be_visible()
        await expect(lead.page.locator(".vb-score-total")).not_to_have_text(str(before))
        assert await total(lead.page) > before
        await lead.open("/calls?words=耳机什么时候到")
        row = lead.page.get_by_role("row", name="周宁")
        assert int(await row.locator("td:nth-child(7)").inner_text()) > before

        await agent.open("/calls/reviewed")
        closing = item(agent.page, "结束语")
        for shown in ("系统判为“未通过”", "申诉成立", "苏敏", "听了录音，属实"):
            await expect(closing).to_contain_text(shown)
        said = await closing.locator(".vb-item-said").all_inner_texts()
        assert ["申诉" in said[0], "改判为" in said[1]] == [True, True]  # the answer comes after what was asked
        await agent.open("/reviews")
        await expect(agent.page.get_by_role("row", name="结束语")).to_contain_text("听了录音，属实")
        assert await agent.call("window.hacked") is None and await lead.call("window.hacked") is None
    (appeal,) = await ReviewStore(console.store).appeals(status=None, call_id="reviewed")
    assert (appeal.status, appeal.agent_id, appeal.answered_by) == ("upheld", "8002", "lead")


@pytest.mark.usefixtures("reviewed")
async def test_an_appeal_that_a_colleague_has_answered_is_left_alone(people: Browsers, console: Console) -> None:
    reviews, now = ReviewStore(console.store), datetime.now(UTC)
    appeal = await reviews.appeal(
        "reviewed", "service", "recording_notice", agent_id="8002", reason="播过了", actor="account:agent", at=now
    )
    async with people.of("lead") as lead:
        await lead.open("/calls/reviewed")
        await item(lead.page, "告知录音").get_by_role("button", name="答复申诉").click()
        await reviews.answer_appeal(appeal, answer=None, reviewer="boss", comment="听过了", actor="account:1", at=now)
        await lead.page.get_by_label("维持原判", exact=True).check()
        await lead.page.get_by_label("给客服的答复").fill("确实没有说")
        await lead.page.get_by_role("button", name="提交").click()
        await expect(lead.page.get_by_text("现在做不到")).to_be_visible()
        await expect(lead.page.get_by_role("dialog")).to_have_count(0)
        await expect(item(lead.page, "告知录音")).to_contain_text("听过了")


@pytest.mark.usefixtures("reviewed")
async def test_a_verdict_is_confirmed_or_overruled_by_the_team_s_supervisor_alone(
    people: Browsers, console: Console
) -> None:
    async with people.of("other") as other:
        assert await other.open("/calls/reviewed") == 404
    async with people.of("lead") as lead:
        page = lead.page
        await lead.open("/calls/reviewed")
        await item(page, "告知录音").get_by_role("button", name="确认").press("Enter")
        await expect(item(page, "告知录音")).to_contain_text("确认：未通过")
        await item(page, "礼貌用语").get_by_role("button", name="改判").press("Enter")
        await page.get_by_label("理由").fill(f"说了“请问”，电话{NUMBER}")
        await page.get_by_role("button", name="提交").click()
        await expect(page.get_by_role("alert")).to_have_text("请选择结果。")
        await page.get_by_label("通过", exact=True).press("Space")
        await page.get_by_role("button", name="提交").press("Enter")
        await expect(item(page, "礼貌用语")).to_contain_text("改判为：通过")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        assert NUMBER not in await page.content()

        await item(page, "礼貌用语").get_by_role("button", name="改判").press("Enter")
        colleague = Reviewing("reviewed", "service", "politeness", "not_applicable", "林晓", "没有机会说")
        await ReviewStore(console.store).review(colleague, actor="account:boss", at=datetime.now(UTC))
        await page.get_by_label("理由").fill("没有说")
        await page.get_by_label("未通过", exact=True).press("Space")
        await page.get_by_role("button", name="提交").press("Enter")
        await expect(page.get_by_text("刚才已经有人复核过")).to_be_visible()
        await expect(item(page, "礼貌用语")).to_contain_text("改判为：不适用")
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_role("alert")).to_contain_text("同事刚刚判为“不适用”")
        await expect(dialog.get_by_role("radio")).to_have_count(2)
        await expect(dialog.get_by_label("不适用", exact=True)).to_have_count(0)
        await expect(page.get_by_label("理由")).to_have_value("没有说")
        await page.get_by_label("理由").fill("再听一遍，确实没有说")
        await page.get_by_label("未通过", exact=True).press("Space")
        await page.get_by_role("button", name="提交").press("Enter")
        await expect(item(page, "礼貌用语")).to_contain_text("改回系统的判断：未通过")
        await expect(dialog).to_have_count(0)
        await expect(item(page, "礼貌用语")).not_to_contain_text("确认：")
    found = [entry for entry in await Audit(console.store).entries(object="call:reviewed") if "score." in entry.action]
    assert {entry.action for entry in found} >= {"score.confirmed", "score.overruled"}
    assert all(entry.actor.startswith("account:") for entry in found)
