"""Somebody without a programmer changes what the assistant knows: checked, published to the next call, and undone."""

import io
import shutil
import sqlite3
import wave
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from models.inference import ModelClient
from tests.browser.calls import NUMBER
from tests.browser.console import Browsers, Console, process
from voicebot.company import load_company
from voicebot.company_changes.book import ChangeBook
from voicebot.company_changes.files import read_file
from voicebot.store.records import CallRecord, TurnRecord

pytestmark = pytest.mark.asyncio(loop_scope="session")

QUESTION = "门店里可以遛狗吗"
ANSWER = "可以，请牵好绳子。"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def model_host(console: Console, trained_data: Path) -> AsyncIterator[ModelClient]:
    """The very model host that calls ask, beside the console."""
    shutil.copytree(trained_data / "intents", console.folder / "intents")
    async with (
        process("inference", console.folder / "voicebot.toml"),
        ModelClient(console.settings.model_host) as asked,
    ):
        await asked.call("health", {}, timeout_s=120)
        yield asked


async def publish(page: Page, comment: str = "") -> None:
    await page.get_by_label("修改说明").fill(comment)
    await page.get_by_role("button", name="发布").click()


async def ask_as_a_caller(page: Page, expected: str) -> None:
    """Asks until the model host has followed the folder."""
    await page.get_by_label("例如：多久发货").fill(QUESTION)
    for _ in range(60):
        await page.get_by_role("button", name="问", exact=True).click()
        await page.wait_for_timeout(500)
        if expected in await page.locator(".vb-heard").inner_text():
            return
    pytest.fail(f"callers never hear {expected}")


async def test_an_entry_is_checked_published_heard_by_callers_and_taken_back(
    people: Browsers, console: Console, model_host: ModelClient
) -> None:
    async with people.of("boss") as boss:
        page = boss.page
        await boss.open("/company/entry")
        await publish(page)
        problem = page.locator(".vb-problems li").first
        await expect(problem).to_contain_text("knowledge/")
        await expect(problem).to_contain_text("请补上")
        await page.get_by_label("问题", exact=True).fill(QUESTION)
        await page.get_by_label("答复", exact=True).fill(ANSWER)
        await page.get_by_role("button", name="检查").click()
        await expect(page.locator(".vb-diff-new", has_text=ANSWER)).to_be_visible()
        await publish(page, "客户问过遛狗")
        await page.wait_for_url("**/company/knowledge?published=*")
        await expect(page.get_by_text("从下一通电话起生效")).to_be_visible()
        await ask_as_a_caller(page, ANSWER)
        await page.get_by_role("link", name="查看这次修改").click()
        await expect(page.get_by_text("现在生效")).to_be_visible()
        await expect(page.get_by_role("definition").filter(has_text="林晓")).to_be_visible()
        await page.get_by_role("button", name="恢复到这次修改之前").click()
        await page.wait_for_url("**/company/changes/*?published=*")
        await boss.open("/company/knowledge")
        await ask_as_a_caller(page, "现在答不上来")
        newest, first, *_ = await ChangeBook(console.store).latest(kind="knowledge")
        assert newest.restores == first.id and newest.after == first.before


async def test_a_change_on_top_of_another_is_refused_with_what_changed(people: Browsers, console: Console) -> None:
    file = "knowledge/payment.toml"
    path = console.settings.company.dir / file
    before = path.read_text("utf-8")
    async with people.of("boss") as boss:
        await boss.open(f"/company/file?file={file}")
        path.write_text(before + "# 另一位同事加的\n", "utf-8")
        await boss.page.get_by_label(file).fill(before + "# 我加的\n")
        await publish(boss.page)
        await expect(boss.page.locator(".vb-diff-new")).to_contain_text("另一位同事加的")
        assert read_file(console.settings.company.dir, file) == before + "# 另一位同事加的\n"
    path.write_text(before, "utf-8")


async def test_two_people_change_one_entry_and_nobody_s_change_is_lost(people: Browsers, console: Console) -> None:
    path = console.settings.company.dir / "knowledge/payment.toml"
    before = path.read_text("utf-8")
    async with people.of("boss") as first, people.of("boss") as second:
        for somebody in (first, second):
            await somebody.open("/company/entry?id=pay_methods")
        await first.page.get_by_label("答复", exact=True).fill("微信和支付宝都可以。")
        await second.page.get_by_label("标签（空格分隔）").fill("付款 支付宝")
        await publish(first.page)
        await first.page.wait_for_url("**/company/knowledge?published=*")
        await publish(second.page)
        await expect(second.page.locator(".vb-diff-new")).to_contain_text("微信和支付宝都可以。")
        await second.page.get_by_role("button", name="在新内容上保留我的修改").click()
        await expect(second.page.locator(".vb-diff-new")).to_have_text(['+tags = ["付款", "支付宝"]'])
        await publish(second.page)
        await second.page.wait_for_url("**/company/knowledge?published=*")
    now = path.read_text("utf-8")
    assert 'answer = "微信和支付宝都可以。"' in now and 'tags = ["付款", "支付宝"]' in now
    path.write_text(before, "utf-8")


async def test_bringing_a_version_back_says_whose_later_changes_go_with_it(people: Browsers, console: Console) -> None:
    path = console.settings.company.dir / "knowledge/payment.toml"
    before = path.read_text("utf-8")
    async with people.of("boss") as boss, people.of("boss") as colleague:
        await boss.open("/company/entry?id=pay_methods")
        await boss.page.get_by_label("答复", exact=True).fill("微信可以。")
        await publish(boss.page)
        await boss.page.get_by_role("link", name="查看这次修改").click()
        await expect(boss.page.get_by_text("现在生效")).to_be_visible()
        await expect(boss.page.get_by_text("恢复前请留意")).to_have_count(0)
        await colleague.open("/company/entry?id=pay_methods")
        await colleague.page.get_by_label("标签（空格分隔）").fill("付款 微信")
        await publish(colleague.page, "同事补标签")
        await colleague.page.wait_for_url("**/company/knowledge?published=*")
        now = path.read_text("utf-8")
        await boss.page.get_by_role("button", name="恢复到这次修改之前").click()
        await expect(boss.page.locator(".q-notification")).to_contain_text("刚才又被人改过")
        assert path.read_text("utf-8") == now, "the page was older than the colleague's change"
        await boss.open(urlsplit(boss.page.url).path)
        warned = boss.page.locator(".vb-panel", has_text="恢复前请留意")
        await expect(warned.get_by_role("link", name="同事补标签")).to_be_visible()
        await boss.page.get_by_role("button", name="恢复到这次修改之前").click()
        await boss.page.wait_for_url("**/company/changes/*?published=*")
    assert path.read_text("utf-8") == before


async def test_two_people_change_one_text_and_nobody_s_lines_are_lost(people: Browsers, console: Console) -> None:
    file = "knowledge/payment.toml"
    path = console.settings.company.dir / file
    before = path.read_text("utf-8")
    async with people.of("boss") as boss:
        await boss.open(f"/company/file?file={file}")
        path.write_text(f"# 另一位同事加的\n{before}", "utf-8")
        await boss.page.get_by_label(file).fill(f"{before}# 我加的\n")
        await publish(boss.page)
        await boss.page.get_by_role("button", name="在新内容上保留我的修改").click()
        await expect(boss.page.locator(".vb-diff-new")).to_have_text(["+# 我加的"])
        await publish(boss.page)
        await boss.page.wait_for_url("**published=*")
    assert path.read_text("utf-8") == f"# 另一位同事加的\n{before}# 我加的\n"
    path.write_text(before, "utf-8")


async def test_a_new_entry_goes_to_another_file_with_all_that_was_typed(people: Browsers) -> None:
    async with people.of("boss") as boss:
        page = boss.page
        await boss.open("/company/entry")
        for label, text in (("问题", QUESTION), ("答复", ANSWER), ("标签（空格分隔）", "门店")):
            await page.get_by_label(label, exact=True).fill(text)
        await page.get_by_label("放进哪个文件").click()
        await page.get_by_role("option", name="knowledge/service.toml · 例如").click()
        await expect(page.get_by_role("link", name="按文本编辑")).to_have_attribute(
            "href", "/company/file?file=knowledge%2Fservice.toml"
        )
        await page.get_by_role("button", name="检查").click()
        for text in (QUESTION, ANSWER, 'tags = ["门店"]'):
            await expect(page.locator(".vb-diff-new", has_text=text)).to_have_count(1)
        await expect(page.locator(".vb-diff-old")).to_have_count(0)


async def test_who_goes_back_to_a_form_sees_what_it_would_publish(people: Browsers) -> None:
    async with people.of("boss") as boss:
        page = boss.page
        await boss.open("/company/entry?question=x")
        await page.get_by_label("答复", exact=True).fill(ANSWER)
        await boss.open("/company/knowledge")
        await page.go_back()
        await page.wait_for_function("window.did_handshake === true")
        await expect(page.get_by_label("问题", exact=True)).to_have_value("x")
        await expect(page.get_by_label("答复", exact=True)).to_have_value("")


async def test_a_new_entry_may_have_a_file_of_its_own(people: Browsers, console: Console) -> None:
    file = console.settings.company.dir / "knowledge/walks.toml"
    async with people.of("boss") as boss:
        page = boss.page
        await boss.open("/company/entry")
        for label, text in (("问题", QUESTION), ("答复", ANSWER)):
            await page.get_by_label(label, exact=True).fill(text)
        await page.get_by_label("放进哪个文件").click()
        await page.get_by_role("option", name="新建一个文件").click()
        await page.get_by_label("新文件的名字").fill("Walks!")
        await publish(page)
        await expect(page.get_by_text("不能在这里修改").first).to_be_visible()
        await page.get_by_label("新文件的名字").fill("walks")
        await publish(page)
        await page.wait_for_url("**/company/knowledge?published=*")
        assert QUESTION in file.read_text("utf-8")
        await page.get_by_role("link", name="查看这次修改").click()
        await page.get_by_role("button", name="恢复到这次修改之前").click()
        await page.wait_for_url("**/company/changes/*?published=*")
        assert not file.exists()


async def test_a_mistake_is_told_in_sight_in_the_form_s_words_and_its_line_is_a_click_away(people: Browsers) -> None:
    async with people.of("boss") as boss:
        page = boss.page
        await boss.open("/company/entry")
        await page.get_by_role("button", name="检查").click()
        await expect(page.locator(".vb-problems")).to_contain_text("缺少 “答复”")
        await expect(page.locator(".vb-problems li").first).to_be_in_viewport()
        await boss.open("/company/file?file=routing.toml")
        await page.get_by_label("routing.toml").fill("# 空\n" * 80 + "[queue]\nlongest_wait = 3\n")
        await page.get_by_role("button", name="检查").click()
        await page.get_by_role("button", name="到第 82 行").click()
        selected = "a.value?.slice(a.selectionStart, a.selectionEnd)"
        await page.wait_for_function(
            f"(({{activeElement: a}}) => a.matches('textarea') && {selected} === 'longest_wait = 3')(document)"
        )


async def test_an_error_made_by_hand_is_shown_and_what_was_right_stays(people: Browsers, console: Console) -> None:
    path = console.settings.company.dir / "routing.toml"
    before = path.read_text("utf-8")
    async with people.of("boss") as boss:
        path.write_text("[queue]\nlongest_wait = 3\n", "utf-8")
        warning = boss.page.get_by_text("routing.toml:2")
        for _ in range(100):
            await boss.open("/company/knowledge")
            if await warning.count():
                break
        await expect(warning).to_be_visible()
        await expect(boss.page.get_by_role("link", name="下单以后多久发货")).to_be_visible()
        path.write_text(before, "utf-8")


async def test_an_entry_whose_file_was_spoilt_goes_into_no_other_file(people: Browsers, console: Console) -> None:
    path = console.settings.company.dir / "knowledge/payment.toml"
    before = path.read_text("utf-8")
    async with people.of("boss") as boss:
        path.write_text("[[entry", "utf-8")
        link = boss.page.get_by_role("link", name="去改正 knowledge/payment.toml")
        for _ in range(100):
            await boss.open("/company/entry?id=pay_methods")
            if await link.count():
                break
        await expect(boss.page.get_by_text("不能在这里修改")).to_be_visible()
        await expect(boss.page.get_by_role("button", name="发布")).to_have_count(0)
        await link.click()
        await boss.page.get_by_label("knowledge/payment.toml").fill(before)
        await publish(boss.page)
        await boss.page.wait_for_url("**published=*")
        await expect(boss.page.get_by_text("企业目录里有错误")).to_have_count(0)
    assert path.read_text("utf-8") == before


async def test_publishing_while_the_database_is_held_by_another_says_so_and_keeps_the_form(
    people: Browsers, console: Console
) -> None:
    async with people.of("boss") as boss:
        await boss.open("/company/entry?id=pay_methods")
        await boss.page.get_by_label("答复", exact=True).fill(ANSWER)
        with closing(sqlite3.connect(console.folder / "voicebot.db", isolation_level=None)) as held:
            held.execute("BEGIN EXCLUSIVE")
            await boss.page.get_by_role("button", name="发布").click()
            await expect(boss.page.get_by_text("没有发布：数据库没有应答")).to_be_visible(timeout=60_000)
            held.execute("ROLLBACK")
        await expect(boss.page.get_by_label("答复", exact=True)).to_have_value(ANSWER)
        assert ANSWER not in (console.settings.company.dir / "knowledge/payment.toml").read_text("utf-8")


async def test_what_nobody_could_answer_is_put_together_and_fills_in_a_new_entry(
    people: Browsers, console: Console
) -> None:
    said = ("你们门店可以带狗进去吗", "门店可以带狗进去吗", "请问门店能带狗进去吗")
    for number, text in enumerate(said):
        await _unanswered_call(console, f"dog-{number}", text)
    async with people.of("boss") as boss:
        page = boss.page
        await boss.open("/company/unanswered")
        group = page.locator(".vb-question", has_text="带狗")
        await expect(group).to_have_count(1)
        await expect(group).to_contain_text("3 次")
        await group.get_by_role("link", name="写成知识").click()
        await page.wait_for_url("**/company/entry?question=*")
        typed = {await page.get_by_label("问题", exact=True).input_value()}
        typed |= set((await page.get_by_label("其他问法（每行一种）").input_value()).splitlines())
        assert typed == set(said)
        await expect(page.get_by_label("放进哪个文件")).to_have_value("knowledge/service.toml · 例如“人工客服几点上班”")


async def _unanswered_call(console: Console, call_id: str, text: str) -> None:
    reply = load_company(console.settings.company.dir).prompts["out_of_scope"].wordings("cmn")[0]
    at = datetime.now(UTC) - timedelta(minutes=3)
    await console.store.open_call(CallRecord(call_id, call_id, "inbound", NUMBER, "400", at))
    await console.store.add_turn(TurnRecord(call_id, 0, "caller", text, 0, 2000, intent="product_question"))
    await console.store.add_turn(TurnRecord(call_id, 1, "assistant", reply, 2000, 5000))
    await console.store.end_call(call_id, at + timedelta(seconds=9), outcome="abandoned", end_reason="remote_hangup")


async def test_intents_are_trained_with_one_click_and_compared(
    people: Browsers, console: Console, model_host: ModelClient
) -> None:
    async with people.of("boss") as boss:
        page = boss.page
        await boss.open("/company/intents/invoice")
        examples = page.get_by_label("例句，每行一句", exact=False)
        await examples.fill("阿拉贡要抬头\n" + await examples.input_value())
        await publish(page)
        await page.wait_for_url("**/company/intents?published=*")
        for _ in range(100):
            await boss.open("/company/intents")
            if await page.get_by_text("例句改过，待训练").count():
                break
        await page.get_by_role("button", name="重新训练").click()
        await expect(page.get_by_text("训练完成")).to_be_visible(timeout=120_000)
        await expect(page.get_by_role("columnheader", name="训练前")).to_be_visible()
        await expect(page.get_by_text("已是最新")).to_be_visible()
        await expect(page.get_by_text("例句改过，待训练")).to_have_count(0)
        understood = await model_host.call("understand", {"text": "阿拉贡要抬头", "loudness_dbov": None}, timeout_s=60)
        assert understood["intent"]["name"] == "invoice"


async def test_a_prompt_is_heard_in_the_voice_that_callers_hear(
    people: Browsers, console: Console, model_host: ModelClient
) -> None:
    async with people.of("lead") as lead:
        await lead.open("/company/prompts")
        async with lead.page.expect_response("**/company/listen?*") as answer:
            await lead.page.locator(".vb-prompt-line button").first.click()
        with wave.open(io.BytesIO(await (await answer.value).body())) as heard:
            assert heard.getframerate() == 8000 and heard.getnframes() > 8000
