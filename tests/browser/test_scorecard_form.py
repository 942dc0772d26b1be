"""Who is no programmer reads how an item is decided, changes what it is worth from now on, and undoes that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from difflib import ndiff

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.axe import serious_faults
from tests.browser.calls import NUMBER
from tests.browser.console import Browsers, Console, Person, process, running_console
from voicebot.qa.scores import ScoreStore
from voicebot.store.records import CallRecord, TurnRecord

pytestmark = pytest.mark.asyncio(loop_scope="session")

FILE = "scorecards/service.toml"
SILENCE = "出现即不通过：“沉默超过八秒”之前 10 秒内没有“先请客户等待”"
SAID = (
    ("assistant", "您好，这里是云杉优选，我是智能助手小云，通话会录音。"),
    ("caller", "我想查一下耳机什么时候到"),
    ("assistant", "已经发货，明天送到。"),
    ("caller", "好的"),
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scoring(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Console]:
    """A console of its own with the process that scores calls beside it: it would score those of other tests."""
    async with (
        running_console(tmp_path_factory.mktemp("scoring")) as running,
        process("qa worker", running.folder / "voicebot.toml"),
    ):
        yield running


@pytest.fixture(scope="module")
def here(browser: Browser, scoring: Console) -> Browsers:
    return Browsers(browser, scoring.url)


async def scored_call(console: Console, call_id: str) -> None:
    """A call without a closing ends, and is scored by whoever does that."""
    began = datetime.now(UTC) - timedelta(minutes=3)
    await console.store.open_call(CallRecord(call_id, f"leg-{call_id}", "inbound", NUMBER, "400", began))
    await console.store.answer_call(call_id, began + timedelta(seconds=2))
    for seq, (role, text) in enumerate(SAID):
        turn = TurnRecord(call_id, seq, role, text, 3000 * seq, 3000 * seq + 2500)  # type: ignore[arg-type]
        await console.store.add_turn(turn)
    ended = began + timedelta(seconds=40)
    await console.store.end_call(call_id, ended, outcome="resolved", end_reason="remote_hangup")
    async with asyncio.timeout(60):
        while True:
            if await ScoreStore(console.store).of_call(call_id, []):
                return
            await asyncio.sleep(0.2)


async def points_for_the_closing(somebody: Person, call_id: str) -> str:
    await somebody.open(f"/calls/{call_id}")
    item = somebody.page.locator(".vb-item", has=somebody.page.locator(".vb-strong", has_text="结束语"))
    return await item.locator(".vb-figures").inner_text()


async def publish(somebody: Person, comment: str) -> None:
    await somebody.page.get_by_label("修改说明").fill(comment)
    await somebody.page.get_by_role("button", name="发布").click()
    await somebody.page.wait_for_url("**published=*")


async def test_a_weight_is_changed_by_a_form_holds_for_the_next_call_and_is_undone(
    here: Browsers, scoring: Console
) -> None:
    path = scoring.settings.company.dir / FILE
    before = path.read_text("utf-8")
    async with here.of("boss") as boss:
        await scored_call(scoring, "at-first")
        assert await points_for_the_closing(boss, "at-first") == "0/4"
        await boss.open("/company/scorecards")
        await boss.page.get_by_role("link", name="结束语", exact=True).click()
        await boss.page.get_by_label("权重").fill("9")
        await publish(boss, "结束语更要紧")
        await expect(boss.page.get_by_role("row", name="结束语").first).to_contain_text("9")
        lines = [line for line in ndiff(before.splitlines(), path.read_text("utf-8").splitlines()) if line[0] in "+-"]
        assert lines == ["- weight = 4", "+ weight = 9"]
        await scored_call(scoring, "after-it")
        assert await points_for_the_closing(boss, "after-it") == "0/9"
        assert await points_for_the_closing(boss, "at-first") == "0/4"
        await boss.open("/company/changes")
        await boss.page.get_by_role("row", name="结束语更要紧").click()
        await boss.page.get_by_role("button", name="恢复到这次修改之前").click()
        await boss.page.wait_for_url("**published=*")
        assert path.read_text("utf-8") == before
        await scored_call(scoring, "undone")
        assert await points_for_the_closing(boss, "undone") == "0/4"


async def test_an_item_without_a_weight_is_refused_in_the_form_s_words_and_nothing_is_written(
    here: Browsers, scoring: Console
) -> None:
    path = scoring.settings.company.dir / FILE
    before = path.read_text("utf-8")
    async with here.of("boss") as boss:
        await boss.open("/company/scorecards/service/closing")
        await boss.page.get_by_label("权重").fill("")
        await boss.page.get_by_role("button", name="发布").click()
        await expect(boss.page.locator(".vb-problems")).to_contain_text("缺少 “权重”")
    assert path.read_text("utf-8") == before


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_how_an_item_is_decided_is_a_sentence_and_the_expression_is_a_click_away(
    here: Browsers, theme: str
) -> None:
    async with here.of("lead", theme=theme) as lead:
        page = lead.page
        await lead.open("/company/scorecards")
        await expect(page.get_by_role("row", name="无故沉默")).to_contain_text(SILENCE)
        await lead.open("/company/scorecards/service/silence")
        await expect(page.get_by_text(SILENCE)).to_be_visible()
        await expect(page.get_by_text("双方都不说话，每次超过 8 秒（等待除外）。")).to_be_visible()
        expression = page.get_by_text("forbids = long_silence not after hold_announced within 10 s")
        await expect(expression).to_be_hidden()
        await page.get_by_text("表达式", exact=True).click()
        await expect(expression).to_be_visible()
        await expect(page.get_by_role("button", name="发布")).to_have_count(0)
        assert await serious_faults(lead, theme) == []
        assert await lead.open("/company/scorecards/service/nothing") == 404
    async with here.of("lead", theme=theme, language="en") as lead:
        await lead.open("/company/scorecards/service/silence")
        sentence = 'Fails with "long silence" without "hold announced" within 10 s before it'
        await expect(lead.page.get_by_text(sentence)).to_be_visible()


async def test_a_score_says_how_each_item_was_decided(here: Browsers, scoring: Console) -> None:
    await scored_call(scoring, "explained")
    async with here.of("boss") as boss:
        await boss.open("/calls/explained")
        item = boss.page.locator(".vb-item", has=boss.page.locator(".vb-strong", has_text="结束语"))
        sentence = item.get_by_text("做到才通过：“结束语”")
        await expect(sentence).to_be_hidden()
        await item.get_by_text("怎么判定").click()
        await expect(sentence).to_be_visible()
        await expect(item.get_by_text("这时不评：“客户先挂断”")).to_be_visible()
        assert await serious_faults(boss, "light") == []
