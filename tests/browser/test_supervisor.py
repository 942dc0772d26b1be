"""A supervisor sees calls as they happen, finds any of them again, listens, and keeps the views that she uses."""

import asyncio
import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import pytest
from playwright.async_api import Locator, Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from tests.browser.calls import NUMBER
from tests.browser.console import Browsers, Console
from voicebot.agent_events import PresenceChanged, Unlisted
from voicebot.demo import SAMPLE_COMPANY
from voicebot.events import CallEnded, CallStarted, PartialTranscript, TurnFinished
from voicebot.qa.worker import Reviewer
from voicebot.store.floor import FloorStore
from voicebot.store.floor_records import OfferRecord
from voicebot.store.records import CallRecord, TurnRecord

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHOWN_TIMES: Final = """async (all) => {
  const loaded = performance.getEntriesByType("resource").find((each) => each.name.includes("waveform.js"));
  return all.map((await import(loaded.name)).default.methods.clock);
}"""
"""As the player writes them, for a recording of an hour would take a long time to make."""
PLAYED: Final = """([after_s, words]) => document.querySelector("audio").currentTime > after_s
  && document.querySelector(".vb-line-now .vb-line-text")?.textContent.includes(words)"""


async def plays(page: Page, place: Locator, *, after_s: float, along: str) -> None:
    """A click there plays the recording: past that second, with the line of these words marked. Watched from the
    beginning and in the page, which goes on to the next line meanwhile; clicked again where a machine that stood still
    for a moment has played past the line."""
    async with asyncio.timeout(60):
        while True:
            watching = asyncio.create_task(page.wait_for_function(PLAYED, arg=[after_s, along], timeout=10_000))
            await place.click()
            with suppress(PlaywrightTimeout):
                await watching
                return


async def test_a_call_is_followed_live_from_ring_to_hang_up(people: Browsers, console: Console) -> None:
    async with people.of("lead") as lead:
        page = lead.page
        await lead.open("/")
        assert page.url.endswith("/board")
        await expect(page.get_by_text("现在没有通话")).to_be_visible()
        now = datetime.now(UTC)
        call = CallRecord("live", "leg-live", "inbound", NUMBER, "400", now, caller_label="李建国")
        await console.store.open_call(call, events=[CallStarted("live", now, "inbound", NUMBER, "400", "李建国")])
        await expect(page.get_by_role("cell", name="李建国")).to_be_visible()
        told = 0
        async with asyncio.timeout(60):
            while not await page.locator(".vb-line-partial").count():  # live events may be lost while nobody listens
                told += 1
                console.publisher.tell(PartialTranscript("live", 0, "我想退", f"货{told}", 1.0))
                await asyncio.sleep(0.1)
        # the last of them: one that is still on its way could come after the turn, by another connection
        await expect(page.locator(".vb-line-partial .vb-line-text")).to_have_text(f"我想退货{told}")
        turn = TurnRecord("live", 0, "caller", "我想退货。", 0, 2000, intent="return_refund", emotion="angry")
        told = TurnFinished("live", now, 0, "caller", "我想退货。", intent="return_refund", emotion="angry")
        await console.store.add_turn(turn, events=[told])
        await expect(page.locator(".vb-line-text")).to_have_text("我想退货。")
        await expect(page.locator(".vb-line-partial")).to_have_count(0)
        await expect(page.get_by_role("cell", name="愤怒")).to_be_visible()
        ended = CallEnded("live", now, "callback", "remote_hangup", 9.0)
        await console.store.end_call("live", now, outcome="callback", end_reason="remote_hangup", events=[ended])
        await expect(page.get_by_text("现在没有通话")).to_be_visible()


async def test_who_has_left_the_company_leaves_the_board(people: Browsers, console: Console) -> None:
    async with people.of("lead") as lead:
        await lead.open("/board")
        row = lead.page.get_by_role("cell", name="方圆")
        async with asyncio.timeout(60):
            while not await row.count():
                console.publisher.tell(PresenceChanged("8098", datetime.now(UTC), "ready", "agent", "方圆", "订单组"))
                await asyncio.sleep(0.3)
        console.publisher.tell(Unlisted("8098"))
        await expect(row).to_have_count(0)


async def test_a_call_is_found_by_words_and_listened_to_along_its_transcript(people: Browsers) -> None:
    async with people.of("lead") as lead:
        page = lead.page
        fetched: list[str] = []
        page.on("request", lambda request: fetched.append(request.url) if request.url.endswith("/audio") else None)
        await lead.open("/calls")
        await page.get_by_label("说过的话").fill("太慢了 订单到哪")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/calls?words=**")
        await expect(page.locator(".vb-table tbody tr")).to_have_count(1)
        assert "太慢了" in await lead.texts(".vb-table mark")
        await page.get_by_role("link", name="王芳").click()
        await page.wait_for_url("**/calls/ordinary")
        await page.get_by_role("button", name="2×").click()
        assert not fetched  # who only looks is not noted as a listener
        await plays(page, page.locator(".vb-line-caller .vb-line-text").last, after_s=9.2, along="我要投诉")
        assert await lead.call("document.querySelector('audio').playbackRate") == 2
        await page.get_by_role("button", name="暂停").click()
        assert "明天送到" in (await lead.texts(".vb-line-unheard"))[0]


async def test_the_player_counts_hours_from_the_first_on(people: Browsers) -> None:
    async with people.of("lead") as lead:
        await lead.open("/calls/ordinary")
        await expect(lead.page.locator(".vb-waveform-tools .vb-figures")).to_have_text("0:00 / 0:40")
        assert await lead.call(SHOWN_TIMES, [3599, 3600, 3725.9]) == ["59:59", "1:00:00", "1:02:05"]


async def test_what_was_typed_is_looked_for_whatever_is_chosen_next(people: Browsers) -> None:
    async with people.of("lead") as lead:
        page = lead.page
        await lead.open("/calls?span=all")
        await page.get_by_label("说过的话").fill("我要开发票")
        await page.get_by_label("号码", exact=True).fill("138 0013 8000")
        await page.get_by_label("客服", exact=True).click()
        await page.get_by_role("option", name="邓凯").click()
        await page.wait_for_url("**agent=8002**")
        await expect(page.get_by_label("说过的话")).to_have_value("我要开发票")
        await expect(page.get_by_label("号码", exact=True)).to_have_value("13800138000")
        row = page.locator(".vb-table tbody tr")
        await expect(row).to_have_count(1)
        await expect(row).to_contain_text("邓凯")  # who had the call
        await page.get_by_role("link", name="清除筛选").click()
        await page.wait_for_url("**/calls")
        await expect(page.get_by_role("link", name="清除筛选")).to_have_count(0)
    async with people.of("agent") as agent:
        await agent.open("/calls")
        await expect(agent.page.get_by_label("说过的话")).to_be_visible()
        await expect(agent.page.get_by_label("号码", exact=True)).to_have_count(0)


async def test_behind_the_last_page_of_the_list_is_the_last(people: Browsers) -> None:
    async with people.of("lead") as lead:
        await lead.open("/calls?words=我要开发票&page=7")
        await expect(lead.page.locator(".vb-table tbody tr").first).to_be_visible()


async def test_a_day_is_typed_in_full_before_calls_are_looked_for(people: Browsers) -> None:
    async with people.of("lead") as lead:
        page = lead.page
        await lead.open("/calls?span=dates")
        await page.get_by_label("从", exact=True).focus()
        for digit in "11302026":  # a browser tells of each digit of the year
            await page.keyboard.press(digit)
        await page.wait_for_url("**/calls?span=dates&first=2026-11-30")


async def test_each_item_of_the_score_leads_to_its_evidence(people: Browsers, console: Console) -> None:
    await Reviewer(console.store, SAMPLE_COMPANY).score("ordinary", announce=False)
    async with people.of("lead") as lead:
        page = lead.page
        await lead.open("/calls?score=60_to_80&failed_item=closing&span=all")
        await page.get_by_role("link", name="王芳").click()
        await page.wait_for_url("**/calls/ordinary")
        await expect(page.get_by_role("heading", name="客服通用评分表")).to_be_visible()
        await page.get_by_role("button", name="1.5×").click()
        evidence = page.locator(".vb-item", has_text="结束语").locator(".vb-evidence").last
        await expect(evidence).to_contain_text("已经发货")
        await plays(page, evidence, after_s=6, along="已经发货")
        await lead.open("/quality")
        await page.get_by_role("link", name="机器人").click()
        await page.wait_for_url("**/quality?*of=assistant*")
        await expect(page.get_by_role("heading", name="机器人的评分走势")).to_be_visible()
        await page.get_by_role("link", name="结束语").click()
        await expect(page.get_by_role("link", name="王芳")).to_be_visible()


async def test_numbers_are_masked_until_somebody_who_may_asks_for_them(people: Browsers) -> None:
    async with people.of("lead") as lead:
        await lead.open("/calls?words=太慢了")
        assert NUMBER not in await lead.page.content()
        await lead.open("/calls/ordinary")
        assert NUMBER not in await lead.page.content()
        await lead.page.get_by_role("link", name="显示完整号码").click()
        await expect(lead.page.get_by_role("definition").filter(has_text=NUMBER)).to_be_visible()


async def test_a_view_is_saved_used_and_forgotten(people: Browsers) -> None:
    async with people.of("lead") as lead:
        page = lead.page
        await lead.open("/calls?emotion=angry&span=month")
        await page.get_by_role("button", name="保存的视图").click()
        await page.get_by_label("给当前筛选起个名字").fill("愤怒来电")
        async with page.expect_navigation():
            await page.get_by_role("button", name="保存", exact=True).click()
        await lead.open("/calls")
        await page.get_by_role("button", name="保存的视图").click()
        await page.get_by_text("愤怒来电").click()
        await page.wait_for_url("**/calls?*emotion=angry*")
        await expect(page.locator(".vb-table tbody tr").first).to_be_visible()
        await page.get_by_role("button", name="保存的视图").click()
        async with page.expect_navigation():
            await page.get_by_role("button", name="删除视图 愤怒来电").click()
        await lead.open("/calls")
        await page.get_by_role("button", name="保存的视图").click()
        await expect(page.get_by_text("还没有保存的视图")).to_be_visible()


async def test_the_list_leaves_as_a_table_without_numbers(people: Browsers) -> None:
    async with people.of("lead") as lead:
        await lead.open("/calls?words=太慢了")
        async with lead.page.expect_download() as download:
            await lead.page.get_by_role("link", name="导出 CSV").click()
        path = await (await download.value).path()
        content = path.read_text("utf-8-sig")
        assert "王芳" in content and NUMBER not in content and content.count("\n") == 2
        await lead.open("/calls?words=我要开发票&agent=8002")
        async with lead.page.expect_download() as download:
            await lead.page.get_by_role("link", name="导出 CSV").click()
        title, line = (await (await download.value).path()).read_text("utf-8-sig").splitlines()
        told = dict(zip(title.split(","), line.split(","), strict=True))
        assert (told["客服"], told["班组"]) == ("邓凯", "订单组")


async def test_topics_and_map_lead_to_their_calls(people: Browsers) -> None:
    async with people.of("boss") as boss:
        await boss.open("/topics")
        await boss.page.get_by_role("link", name="开发票").click()
        await boss.page.wait_for_url("**/calls?intent=invoice**")
        await expect(boss.page.locator(".vb-table tbody tr")).to_have_count(2)
        await boss.open("/topics?span=quarter")
        await boss.page.get_by_role("link", name="开发票").click()
        await boss.page.wait_for_url("**/calls?intent=invoice&span=dates&first=**&last=**")
        await expect(boss.page.locator(".vb-table tbody tr")).to_have_count(2)
        await boss.open("/map")
        await boss.page.get_by_role("button", name="四川").click()
        await boss.page.wait_for_url("**/map?*province*")
        await boss.page.get_by_role("link", name="查看这些通话").click()
        await boss.page.wait_for_url("**/calls?province=**&span=week")  # what the map has counted
        await expect(boss.page.get_by_role("link", name="王芳")).to_be_visible()


async def test_the_map_names_each_province_s_main_dialect_and_the_calls_of_none(
    people: Browsers, console: Console
) -> None:
    at = datetime.now(UTC)
    await console.store.open_call(CallRecord("abroad", "leg", "inbound", "+4930123456", "400", at))
    await console.store.end_call("abroad", at, outcome="resolved", end_reason="remote_hangup")
    async with people.of("boss", language="en") as boss:
        await boss.open("/map?show=dialects")
        await expect(boss.page.get_by_role("button", name="Sichuan")).to_contain_text("Southwestern Mandarin")
        await expect(boss.page.get_by_role("cell", name="Southwestern Mandarin")).to_be_visible()
        of_none = re.compile(r"Calls without a province: [1-9]")  # other tests make some, too
        await expect(boss.page.get_by_text(of_none)).to_be_visible()


async def test_the_map_tells_how_often_an_agent_spoke_the_callers_dialect(people: Browsers, console: Console) -> None:
    at = datetime.now(UTC)
    floor = FloorStore(console.store, "here")
    for number, matched in enumerate((True, False)):
        call = CallRecord(f"match-{number}", "leg", "inbound", NUMBER, "400", at, region_province="青海")
        await console.store.open_call(call)
        await floor.joined(call.id, "8002", "订单组")
        offer = OfferRecord(f"offer-{number}", call.id, "8002", "order", "cmn", matched, at, 1.0, joined_at=at)
        await floor.offered(offer, events=[])
        await console.store.end_call(call.id, at, outcome="agent", end_reason="remote_hangup")
    async with people.of("boss") as boss:
        await boss.open("/map")
        await boss.page.get_by_role("link", name="方言匹配率").click()
        await boss.page.wait_for_url("**show=match**")
        await expect(boss.page.get_by_role("button", name="青海")).to_contain_text("50%")
        await expect(boss.page.get_by_role("button", name="四川")).not_to_contain_text("%")  # no human had one of those
