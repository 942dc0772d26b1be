"""A sample is drawn, scored by people who see nothing of the system's verdicts, and shows which items are not to be
trusted: those turn themselves to advice."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
import pytest_asyncio
import sqlalchemy as sa
from playwright.async_api import expect

from tests.browser.axe import serious_faults
from tests.browser.calls import an_agent_s_call
from tests.browser.console import Browsers, Console, Person
from voicebot.demo import SAMPLE_COMPANY
from voicebot.qa.material import Answer
from voicebot.qa.review.recalibrating import Recalibration
from voicebot.qa.review.reviews import Reviewing
from voicebot.qa.review.samples import Sample, SampleStore
from voicebot.qa.worker import Reviewer
from voicebot.store.call_search import SCORES
from voicebot.store.review_tables import calibrations
from voicebot.store.store import Store

pytestmark = pytest.mark.asyncio(loop_scope="session")

CALLS: Final = 21


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def sampled(console: Console) -> AsyncIterator[Sample]:
    """Scored blind by lead but for one call. Nobody hears a closing; lead lets half of them pass."""
    begun = datetime.now(UTC)
    for number in range(CALLS):
        await an_agent_s_call(console, f"sampled-{number}", f"客户{number}", ago=timedelta(days=2))
    yield await almost_rated(console.store, since=begun)
    await console.store.write(sa.delete(calibrations))  # other tests' calls are scored by all items


async def almost_rated(store: Store, *, since: datetime) -> Sample:
    """Of the calls that were scored since then, which are ours alone."""
    book, now = SampleStore(store), datetime.now(UTC)
    wanted = Sample("sample-1", "service", 7, ("lead",), now)
    sample = await book.draw(wanted, 100, since=since, until=now, actor="account:1")
    for place, call_id in enumerate(sample.call_ids[:-1]):
        closing: Answer = "pass" if place % 2 else "fail"
        answers = [
            Reviewing(call_id, "service", "closing", closing, "lead"),
            Reviewing(call_id, "service", "opening", "pass", "lead"),
        ]
        await book.rate(sample, call_id, answers, rater="lead", actor="account:1", at=now)
    return sample


@pytest.mark.usefixtures("sampled")
async def test_who_is_no_rater_gets_nothing_of_a_sample(people: Browsers, console: Console) -> None:
    async with people.of("other") as other:
        assert await other.open("/reviews/blind/sample-1") == 404
        await other.open("/reviews")
        await expect(other.page.get_by_text("没有您的盲评")).to_be_visible()
        assert "周宁" not in await other.page.locator("html").inner_html()
    async with people.of("agent") as agent:
        for path in ("/reviews/blind/sample-1", "/calibration"):
            assert await agent.open(path) == 403
        assert await agent.open("/reviews") == 200
        await expect(agent.page.get_by_role("button", name="抽取样本")).to_have_count(0)


async def test_a_score_that_is_to_be_given_blind_leaves_in_no_table(
    people: Browsers, console: Console, sampled: Sample
) -> None:
    (owed,) = await SampleStore(console.store).left(sampled, "lead")
    for name, hidden in (("lead", {owed}), ("boss", set[str]())):
        async with people.of(name) as somebody:
            answer = await somebody.page.request.get(f"{console.url}/calls.csv?span=all")
        lines = csv.DictReader((await answer.text()).removeprefix("\ufeff").splitlines())
        scores = {line["编号"]: line["得分"] for line in lines if line["编号"] in sampled.call_ids}
        assert set(scores) == set(sampled.call_ids)
        assert {call_id for call_id, score in scores.items() if not score} == hidden


async def test_a_call_that_is_to_be_scored_blind_is_found_by_no_score_of_its_own(
    people: Browsers, console: Console, sampled: Sample
) -> None:
    (owed,) = await SampleStore(console.store).left(sampled, "lead")
    bands = [f"score={band}" for band in SCORES] + ["failed_item=closing"]
    for name, by_score in (("lead", False), ("boss", True)):
        async with people.of(name) as somebody:
            found = {band: await _listed(somebody, f"{band}&words=耳机") for band in bands}
            exported = {band: await _exported(somebody, f"{band}&words=耳机") for band in bands}
            assert owed in await _listed(somebody, "words=耳机")
        assert any(owed in ids for ids in found.values()) == by_score
        assert any(owed in ids for ids in exported.values()) == by_score
        assert set(sampled.call_ids) - {owed} <= set().union(*exported.values())


async def _listed(somebody: Person, query: str) -> set[str]:
    """The calls on the first page of the list."""
    await somebody.open(f"/calls?span=all&{query}")
    paths = await somebody.page.locator("a[href^='/calls/']").evaluate_all("all => all.map(a => a.pathname)")
    return {path.removeprefix("/calls/") for path in paths}


async def _exported(somebody: Person, query: str) -> set[str]:
    answer = await somebody.page.request.get(f"{somebody.url}/calls.csv?span=all&{query}")
    return {line["编号"] for line in csv.DictReader((await answer.text()).removeprefix("\ufeff").splitlines())}


async def test_the_last_call_of_a_sample_turns_an_item_to_advice(
    people: Browsers, console: Console, sampled: Sample
) -> None:
    book = SampleStore(console.store)
    (last,) = await book.left(sampled, "lead")
    async with people.of("lead") as lead:
        page = lead.page
        await lead.open(f"/calls/{last}")  # its score is hidden from whoever is to score it blind
        await expect(page.get_by_text("请先盲评这通电话")).to_be_visible()
        await expect(page.locator(".vb-item")).to_have_count(0)
        await lead.open("/reviews")
        await page.get_by_role("link", name="评下一通").click()
        await page.wait_for_url("**/reviews/blind/sample-1")
        assert "未通过" not in await page.locator(".vb-transcript").inner_text()
        send = page.get_by_role("button", name="提交，评下一通")
        await expect(send).to_be_disabled()
        assert await serious_faults(lead, "light") == []
        questions = page.locator(".vb-native-choice")
        asked = await questions.count()
        await questions.first.get_by_label("通过", exact=True).press("Space")
        await lead.open("/calls")
        await page.go_back()
        await page.wait_for_function("window.did_handshake === true")
        await expect(questions).to_have_count(asked)
        await expect(page.get_by_role("radio", checked=True)).to_have_count(0)  # as the server knows it
        for place in range(asked):
            await questions.nth(place).get_by_label("通过", exact=True).press("Space")
        await expect(page.locator(".vb-blind").get_by_role("status")).to_have_text("已全部判断")
        await expect(send).to_be_enabled()
        await send.press("Enter")
        await expect(page.get_by_text("这份样本您已评完")).to_be_visible()
        await page.get_by_role("link", name="对照上一通的系统判断").click()
        await page.wait_for_url(f"**/calls/{last}")
        await expect(page.get_by_role("heading", name="客服通用评分表")).to_be_visible()

        await Recalibration(console.store, SAMPLE_COMPANY, ()).once()  # as the qa process does it
        await lead.open("/calibration")
        assert await serious_faults(lead, "light") == []
        closing = page.get_by_role("row", name="结束语")
        for shown in ("仅作参考", "21", "0.00"):
            await expect(closing).to_contain_text(shown)
        await expect(page.get_by_role("row", name="开场白")).to_contain_text("可信")
        await expect(page.get_by_text("与21通人工盲评的一致性 κ=0.00，低于0.60")).to_be_visible()


@pytest.mark.usefixtures("sampled")
async def test_a_sample_holds_what_all_its_raters_may_review(people: Browsers, console: Console) -> None:
    await Reviewer(console.store, SAMPLE_COMPANY).score("ordinary", announce=False)  # nobody's: all may review it
    async with people.of("boss") as boss:
        page = boss.page
        await boss.open("/reviews")
        await page.get_by_role("button", name="抽取样本").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("由谁盲评").click()
        await page.get_by_role("option", name="高远").click()
        await page.keyboard.press("Escape")
        await dialog.get_by_role("button", name="抽取样本").click()
        await expect(page.get_by_role("link", name="评下一通")).to_be_visible()
    (drawn,) = await SampleStore(console.store).of_rater("other")
    assert drawn.raters == ("boss", "other")
    assert "ordinary" in drawn.call_ids and "reviewed" not in drawn.call_ids
    assert not any(call_id.startswith("sampled-") for call_id in drawn.call_ids)  # another team's
