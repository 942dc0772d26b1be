"""What is said in a call is shown while it is one that the visitor reaches, and with numbers masked."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from playwright.async_api import expect

from tests.browser.calls import NUMBER
from tests.browser.console import Browsers, Console
from tests.browser.test_own_pages import event, page_of, parts_of, person, socket_of
from tests.browser.test_supervising import begin, end
from voicebot.console.pages.board import LONGEST_SECOND
from voicebot.events import AgentJoined, TurnFinished
from voicebot.store.records import TurnRecord

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def say(console: Console, call_id: str, seq: int, text: str, *events: AgentJoined) -> None:
    told = TurnFinished(call_id, datetime.now(UTC), seq, "caller", text)
    await console.store.add_turn(TurnRecord(call_id, seq, "caller", text, 0, 900), events=[*events, told])


async def test_a_call_that_is_passed_to_another_team_is_followed_no_further(people: Browsers, console: Console) -> None:
    await begin(console, "passed-on", "唐宁", "8002", "订单组")
    async with people.of("lead") as lead:
        page, lines = lead.page, lead.page.locator(".vb-line-text")
        await lead.open("/board")
        await page.get_by_role("cell", name="唐宁").click()
        await say(console, "passed-on", 0, "还在订单组说的")
        await expect(lines).to_have_text("还在订单组说的")
        await say(console, "passed-on", 1, "嗯", AgentJoined("passed-on", datetime.now(UTC), "8003", 1.0))
        await expect(page.get_by_role("cell", name="唐宁")).to_have_count(0)
        await expect(lines).to_have_count(0)
        await say(console, "passed-on", 2, "到了销售组说的")
        await page.wait_for_timeout(1000)
        await expect(page.get_by_text("到了销售组说的")).to_have_count(0)
    await end(console, "passed-on")


@pytest.mark.parametrize(("name", "to", "goes_on"), [("agent", "8003", False), ("boss", "8003", True)])
async def test_nor_on_its_own_page(people: Browsers, console: Console, name: str, to: str, goes_on: bool) -> None:
    call_id = f"passed-on-from-{name}"
    await begin(console, call_id, "唐宁", "8002", "订单组")
    async with people.of(name) as somebody:
        lines = somebody.page.locator(".vb-line-text")
        await somebody.open(f"/calls/{call_id}")
        await say(console, call_id, 0, "先前说的")
        await expect(lines).to_have_text("先前说的")
        await say(console, call_id, 1, "后来说的", AgentJoined(call_id, datetime.now(UTC), to, 1.0))
        await expect(lines).to_have_count(2 if goes_on else 0)
    await end(console, call_id)


async def test_half_a_number_is_masked_as_the_whole(people: Browsers, console: Console) -> None:
    await begin(console, "long-words", "何琳", "8002", "订单组")
    digits = NUMBER.removeprefix("+86")
    said = "很" * (LONGEST_SECOND - len(digits) + 2) + digits
    async with people.of("lead") as lead:
        await lead.open("/board")
        await say(console, "long-words", 0, said)
        cell = lead.page.get_by_role("row", name="何琳")
        await expect(cell).to_contain_text("很很138*")
        assert digits[:6] not in await lead.page.content()
    await end(console, "long-words")


async def test_a_call_that_a_browser_only_says_it_was_shown_is_not_followed(console: Console) -> None:
    await begin(console, "theirs", "冯远", "8003", "销售组")
    await begin(console, "ours", "郑海", "8002", "订单组")
    await say(console, "theirs", 0, "销售组的秘密")
    await say(console, "ours", 0, "订单组说的")
    lead = await person(console, "lead")
    html = ""
    while "郑海" not in html:
        await asyncio.sleep(0.2)
        html = (await lead.get("/board")).text
    page = await page_of(lead, "/board", html)
    heard: list[str] = []
    async with socket_of(lead, {"client_id": page["client_id"]}) as socket:
        socket.on("*", lambda name, *data: heard.append(str(data)))
        assert await socket.call("handshake", {**page, "implicit_handshake": False}) is True
        before = len(heard)
        for call_id in ("theirs", "sales-team", "x", "", "ours"):
            chosen = event(parts_of(html), "name", "正在通话", "choose", f'"{call_id}"')
            await socket.emit("event", {**chosen, "client_id": page["client_id"]})
            await socket.sleep(0.5)
        async with asyncio.timeout(60):
            while "订单组说的" not in str(heard[before:]):
                await socket.sleep(0.1)
        assert "销售组的秘密" not in str(heard)
        assert "我要开发票" not in str(heard)
    for call_id in ("theirs", "ours"):
        await end(console, call_id)
