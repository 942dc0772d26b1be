"""Everybody sees what their role opens, and nothing of anybody else's calls, whatever address they try."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.console import Browsers, Console
from voicebot.accounts.book import AccountBook
from voicebot.privacy.audit import Audit

pytestmark = pytest.mark.asyncio(loop_scope="session")

CALLS = ("ordinary", "order-team", "sales-team")
REACHED = {
    "boss": set(CALLS),
    "lead": {"ordinary", "order-team"},
    "other": {"ordinary", "sales-team"},
    "agent": {"order-team"},
}


@pytest.mark.parametrize("name", REACHED)
async def test_only_the_calls_that_are_theirs(people: Browsers, console: Console, name: str) -> None:
    async with people.of(name) as somebody:
        for call_id in CALLS:
            reached = call_id in REACHED[name]
            assert await somebody.open(f"/calls/{call_id}") == (200 if reached else 404), call_id
            audio = await somebody.page.request.get(f"{console.url}/calls/{call_id}/audio")
            assert audio.status == (200 if reached and call_id == "ordinary" else 404), call_id
        await somebody.open("/calls?span=all")
        await somebody.page.locator(".vb-table a").first.wait_for()
        listed = await somebody.call("[...document.querySelectorAll('.vb-table a')].map(a => a.pathname)")
        assert {path.rsplit("/", 1)[1] for path in listed} & set(CALLS) == REACHED[name]


async def test_an_agent_finds_no_way_into_the_supervisor_s_room(people: Browsers, console: Console) -> None:
    async with people.of("agent") as agent:
        await agent.open("/")
        assert agent.page.url.endswith("/desk")
        assert await agent.texts(".vb-nav-link span") == ["工作台", "通话", "待办跟进", "服务质量", "复核与申诉"]
        for path in ("/board", "/topics", "/map"):
            assert await agent.open(path) == 403
            await expect(agent.page.get_by_role("heading", name="没有权限")).to_be_visible()
        assert (await agent.page.request.get(f"{console.url}/calls.csv")).status == 403


async def test_without_signing_in_there_is_nothing(browser: Browser, console: Console) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    for path in ("/", "/board", "/calls/ordinary"):
        await page.goto(console.url + path)
        assert "/sign-in" in page.url
    assert (await page.request.get(f"{console.url}/calls/ordinary/audio")).status == 401
    await context.close()


async def test_language_and_colours_are_chosen_and_kept(people: Browsers) -> None:
    async with people.of("boss") as boss:
        page = boss.page
        await boss.open("/calls")
        await page.get_by_role("button", name="林晓 的菜单").click()
        await page.get_by_role("link", name="English").click()
        await expect(page.get_by_role("heading", name="Calls", exact=True)).to_be_visible()
        await page.get_by_role("button", name="Menu of 林晓").click()
        await page.get_by_role("link", name="Dark").click()
        await expect(page.locator("body.body--dark")).to_be_visible()
        await boss.open("/board")
        await expect(page.locator("body.body--dark")).to_be_visible()
        await expect(page.locator("html")).to_have_attribute("lang", "en-US")


async def test_who_looked_listened_and_took_away_is_in_the_audit_log(people: Browsers, console: Console) -> None:
    async with people.of("boss") as boss:
        await boss.open("/calls/ordinary")
        await boss.open("/calls/ordinary?reveal=1")
        for _ in range(3):  # pieces of one listening
            await boss.page.request.get(f"{console.url}/calls/ordinary/audio", headers={"Range": "bytes=100-200"})
        await boss.page.request.get(f"{console.url}/calls.csv?outcome=resolved")
    account = await AccountBook(console.store).by_name("boss")
    assert account
    entries = await Audit(console.store).entries(actor=f"account:{account.id}", limit=1000)
    told = [(entry.action, entry.object) for entry in reversed(entries)]
    about = [("call.seen", "call:ordinary"), ("data.revealed", "call:ordinary"), ("recording.heard", "call:ordinary")]
    assert set(about) <= set(told) and told.count(about[2]) == 1
    assert ("calls.exported", "calls") in told


async def test_a_page_that_there_is_not_is_said_to_be_missing_in_the_visitors_language(people: Browsers) -> None:
    async with people.of("agent") as agent:
        assert await agent.open("/nothing/here") == 404
        await expect(agent.page.get_by_role("heading", name="找不到").first).to_be_visible()
        assert await agent.open("/_nicegui/nothing.js") == 404
