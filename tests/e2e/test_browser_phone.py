"""An agent with a headset and a browser, and nothing else: real Chromium and its WebRTC against the whole system."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator, Page, async_playwright, expect

from tests.browser.conftest import OPTIONS, launched
from tests.browser.console import PASSWORD, Browsers, Person
from tests.e2e.speech import silence, spoken
from tests.e2e.system import eventually, kill_process, simulated_call, stored_call
from tests.e2e.test_agents import likeness
from tests.wav import read_sides, write_wav
from voicebot.accounts.account import Account
from voicebot.accounts.book import AccountBook
from voicebot.accounts.passwords import Passwords
from voicebot.accounts.sessions import SessionLimits
from voicebot.accounts.sign_in import SignIn
from voicebot.demo.system import System, running_system
from voicebot.store.store import Store

pytestmark = pytest.mark.asyncio(loop_scope="module")

AGENT: Final = Account(name="lu", role="agent", display_name="王璐", agent_id="8012", created_at=datetime.now(UTC))
COLLEAGUE: Final = Account(
    name="gao", role="agent", display_name="高志刚", agent_id="8011", created_at=datetime.now(UTC)
)
NUMBER: Final = "13912345678"
SAYS: Final = ("给我转人工客服", "我的订单什么时候到", *["好的"] * 20)
"""More than is needed: the agents hang up first, also on a busy machine."""
PHRASE: Final = "您好，我来帮您看一下，请稍等"
SEEN: Final = """
window.lines = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...given) { super(...given); window.lines.push(this); }
};
"""
"""Keeps the page's connections, so that their figures can be asked for."""
INBOUND: Final = """async () => {
  for (const figure of (await window.lines.at(-1).getStats()).values())
    if (figure.type === "inbound-rtp") return [figure.packetsReceived, figure.totalAudioEnergy];
  return [0, 0];
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory, trained_data: Path) -> AsyncIterator[System]:
    """With its console, and an account for one agent."""
    folder = shutil.copytree(trained_data, tmp_path_factory.mktemp("system"), dirs_exist_ok=True)
    async with running_system(folder) as running:
        settings = running.settings
        async with Store(settings.store_url, node=settings.events.node) as store:
            for account in (AGENT, COLLEAGUE):
                await SignIn(AccountBook(store), Passwords(), SessionLimits()).new_account(account, PASSWORD)
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(
    system: System, require: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Browsers]:
    """In a browser whose microphone says one sentence again and again."""
    said = tmp_path_factory.mktemp("microphone") / "says.wav"
    write_wav(said, silence(1), spoken(PHRASE), silence(2))
    fakes = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    options = [*OPTIONS, *fakes, f"--use-file-for-fake-audio-capture={said}"]
    console = system.settings.console
    async with async_playwright() as playwright:
        browser = await launched(playwright, require("chromium"), options)
        yield Browsers(browser, f"http://{console.bind}:{console.port}", script=SEEN)
        await browser.close()


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name)


async def seen(what: Locator) -> None:
    """Soon, also on a busy machine."""
    await expect(what).to_be_visible(timeout=60_000)


async def presence_is(page: Page, name: str) -> None:
    await expect(button(page, name)).to_have_attribute("aria-pressed", "true", timeout=60_000)


async def connect(page: Page) -> None:
    await button(page, "连接电话").click()
    await seen(page.get_by_text("电话已连接"))


async def heard(page: Page) -> float:
    """Energy of what the browser has heard on its present connection."""
    packets, energy = await page.evaluate(INBOUND)
    return float(energy) if packets else 0.0


async def test_an_agent_takes_a_call_in_the_browser_hands_it_on_and_wraps_it_up(
    system: System, people: Browsers, tmp_path: Path
) -> None:
    recording = tmp_path / "caller.wav"
    async with people.of("lu") as agent:
        page = agent.page
        await agent.open("/desk")
        await button(page, "设备与试音").click()
        await seen(page.get_by_role("combobox", name="麦克风"))
        await eventually(lambda: _loud(page))
        await button(page, "播放测试音").click()
        await page.keyboard.press("Escape")
        await connect(page)
        await button(page, "就绪").click()
        await presence_is(page, "就绪")
        for path in ("/calls", "/desk"):  # the phone is there on every page, and the agent at work
            await agent.open(path)
            await seen(page.get_by_text("电话已连接"))
        await presence_is(page, "就绪")

        says = [part for sentence in SAYS for part in ("--say", sentence)]
        calling = asyncio.create_task(simulated_call(system, "--from", NUMBER, *says, "--record", str(recording)))
        await seen(button(page, "接听 F2"))
        await seen(page.locator(".vb-caller-name"))
        await seen(page.locator(".vb-line-assistant").first)
        await page.keyboard.press("F2")
        await eventually(lambda: heard(page))  # the whisper
        await page.keyboard.press("F2")  # cuts it short, if it is not over
        await seen(button(page, "挂断"))
        await _both_are_transcribed(page)
        await button(page, "保持").click()
        await seen(button(page, "取回"))
        await asyncio.sleep(1)  # the caller hears music; a click at once would be the second one of a double click
        await button(page, "取回").click()
        await seen(button(page, "保持"))

        page.once("dialog", lambda asked: asked.accept())  # whether one wants to leave in mid-call
        await page.reload()
        await seen(page.get_by_text("电话已连接"))
        await seen(button(page, "挂断"))
        await eventually(lambda: heard(page))

        page = await _closed_for_a_while(agent)
        await _the_console_dies(system, agent)
        await _hand_on(people, page)
        await seen(button(page, "确认"))
        await button(page, "确认").click()
        await presence_is(page, "就绪")
        ended = await calling

    assert ended["ended"]["reason"] == "remote_hangup"
    call = await stored_call(system, f"+86{NUMBER}")
    assert (call.agent_id, call.outcome) == ("8011", "agent")
    said, to_caller = read_sides(recording)
    sentence = spoken(PHRASE)[4000:12_000]
    assert likeness(sentence, to_caller) > 0.7 > 0.6 > likeness(sentence, said)


async def _closed_for_a_while(agent: Person) -> Page:
    """Longer than a telephone may be silent. A new page finds the phone and the call, and needs no click."""
    context = agent.page.context
    await agent.page.close()
    await asyncio.sleep(7)
    agent.page = await context.new_page()
    await agent.open("/desk")
    await seen(agent.page.get_by_text("电话已连接"))
    await seen(button(agent.page, "挂断"))
    await eventually(lambda: heard(agent.page))
    return agent.page


async def _the_console_dies(system: System, agent: Person) -> None:
    """It comes back, the page is loaded again without asking the agent anything, and the call has gone on."""
    page = agent.page
    await page.evaluate("window.before = true")
    kill_process(system, "console")
    await eventually(lambda: _loaded_again(page))
    await seen(page.get_by_text("电话已连接"))
    await seen(button(page, "挂断"))
    await eventually(lambda: heard(page))
    away = ("_nicegui_ws", "net::ERR_")  # it was not to be reached for a while
    assert [each for each in agent.complaints if not any(sign in each for sign in away)] == []
    agent.complaints.clear()


async def _loaded_again(page: Page) -> bool:
    try:
        return not await page.evaluate("window.before === true")
    except PlaywrightError:  # it is being loaded
        return False


async def _hand_on(people: Browsers, page: Page) -> None:
    """To a colleague, who hears what it is about, talks to the caller and hangs up."""
    async with people.of("gao") as colleague:
        await colleague.open("/desk")
        await connect(colleague.page)
        await button(colleague.page, "就绪").click()
        await presence_is(colleague.page, "就绪")
        await button(page, "转接 / 咨询").click()
        await page.get_by_role("option", name="高志刚").click()
        await button(page, "直接转接").click()
        await seen(button(colleague.page, "接听 F2"))
        await colleague.page.keyboard.press("F2")
        await eventually(lambda: heard(colleague.page))
        await colleague.page.keyboard.press("F2")  # enough of the whisper
        await seen(button(colleague.page, "挂断"))
        await seen(colleague.page.locator(".vb-line-agent .vb-line-text").filter(has_text="看一下").first)
        await button(colleague.page, "挂断").click()
        await seen(button(colleague.page, "确认"))


async def _loud(page: Page) -> bool:
    return int(await page.get_by_role("meter").get_attribute("aria-valuenow") or 0) > 20


async def _both_are_transcribed(page: Page) -> None:
    """And prompts come."""
    for role, words in (("agent", "看一下"), ("caller", "订单")):
        said = page.locator(f".vb-line-{role} .vb-line-text").filter(has_text=words)
        await seen(said.first)
    await seen(page.locator(".vb-prompt").first)


async def test_the_newest_tab_has_the_phone_and_without_one_nobody_is_ready(people: Browsers) -> None:
    async with people.of("lu") as first:
        await first.open("/desk")
        await connect(first.page)
        await button(first.page, "就绪").click()
        await presence_is(first.page, "就绪")
        async with people.of("lu") as second:
            await second.open("/desk")
            await connect(second.page)
            await seen(first.page.get_by_text("电话在另一个页面上"))
            await presence_is(second.page, "就绪")
        await seen(first.page.get_by_text("电话已连接"))  # the other one was closed
        await presence_is(first.page, "就绪")
        await button(first.page, "断开电话").click()
        await presence_is(first.page, "签出")
        await button(first.page, "就绪").click()
        await seen(first.page.get_by_text("现在没有话机"))
