"""An administrator has another program told of events, sees what came of it, and tries again what was given up."""

from __future__ import annotations

import asyncio
import hmac
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.browser.console import Browsers, Console
from tests.clients.webhook_receiver import Receiver, receiving
from voicebot.events import CallEnded
from voicebot.privacy.audit import Audit
from voicebot.store.webhook_tables import webhook_deliveries, webhooks
from voicebot.webhooks.book import WebhookBook

pytestmark = pytest.mark.asyncio(loop_scope="session")

WEBHOOKS = "/operator/webhooks"


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def no_webhooks_are_left(console: Console) -> AsyncIterator[None]:
    yield
    await console.store.write(webhooks.delete())


async def asked_for(page: Page, url: str, *events: str) -> Locator:
    """The dialog for a new webhook, filled in."""
    await page.get_by_role("button", name="新建 Webhook").click()
    dialog = page.get_by_role("dialog", name="新建 Webhook")
    await dialog.get_by_label("地址").fill(url)
    for event in events:
        await dialog.get_by_role("checkbox", name=event, exact=True).check()
    return dialog


async def made(page: Page, receiver: Receiver, *events: str) -> str:
    """Its secret."""
    dialog = await asked_for(page, f"http://127.0.0.1:{receiver.port}/hook", *events)
    await dialog.get_by_role("button", name="保存").click()
    secret = await page.get_by_role("textbox", name="127.0.0.1 的签名密钥").input_value()
    await page.get_by_role("button", name="已存好，关闭").click()
    return secret


def delivery(page: Page, event: str) -> Locator:
    return page.get_by_role("table", name="发往 127.0.0.1 的事件").locator("tbody tr").filter(has_text=event).first


async def happened(console: Console, call_id: str) -> None:
    await console.store.enqueue_events([CallEnded(call_id, datetime.now(UTC), "resolved", "remote_hangup", 12.5)])


async def test_a_webhook_is_made_tried_out_and_its_secret_never_shown_again(people: Browsers, console: Console) -> None:
    async with receiving() as receiver, people.of("boss") as boss:
        page = boss.page
        await boss.open(WEBHOOKS)
        await expect(page.get_by_text("还没有 Webhook")).to_be_visible()
        await expect(page.get_by_text("127.0.0.0/8")).to_be_visible()
        secret = await made(page, receiver, "挂断", "生成待办")
        test = page.get_by_role("button", name="给 127.0.0.1 发测试事件")
        await test.evaluate("it => { it.click(); it.click(); }")  # a double click, which means one
        await expect(page.get_by_text("测试事件已送达")).to_be_visible()
        (body,), (headers,) = receiver.bodies, receiver.headers
        assert json.loads(body)["event"] == headers["voicebot-event"] == "test"
        t, _, code = headers["voicebot-signature"].removeprefix("t=").partition(",v1=")
        assert code == hmac.new(secret.encode(), t.encode() + b"." + body, "sha256").hexdigest()
        await expect(delivery(page, "测试")).to_contain_text("已送达")

        await page.reload()
        await expect(delivery(page, "测试")).to_contain_text("已送达")
        await expect(page.get_by_text("挂断、生成待办", exact=True)).to_be_visible()
        assert secret not in await page.content()
        assert secret not in repr(await Audit(console.store).entries())
        logs = [file for file in console.folder.rglob("*") if file.suffix in (".log", ".jsonl")]
        assert logs and not any(secret.encode() in file.read_bytes() for file in logs)


@pytest.mark.parametrize("host", ["192.168.1.1", "169.254.169.254"])
async def test_a_test_reaches_no_machine_that_is_not_allowed(people: Browsers, host: str) -> None:
    async with people.of("boss") as boss:
        page = boss.page
        await boss.open(WEBHOOKS)
        dialog = await asked_for(page, f"http://{host}/latest/", "挂断")
        await dialog.get_by_role("button", name="保存").click()
        await page.get_by_role("button", name="已存好，关闭").click()
        await page.get_by_role("button", name="发测试事件").click()
        await expect(page.get_by_text("测试事件没有送达")).to_contain_text(f"没有允许发往 {host}（{host}）")


async def test_what_is_no_address_or_tells_nothing_is_refused(people: Browsers) -> None:
    async with people.of("boss") as boss:
        page = boss.page
        await boss.open(WEBHOOKS)
        dialog = await asked_for(page, "")
        for url in ("ftp://127.0.0.1/", "http://user:word@127.0.0.1/", "http://127.0.0.1/\u202e", "http://a..b/", ""):
            await dialog.get_by_label("地址").fill(url)
            await dialog.get_by_role("button", name="保存").click()
            await expect(dialog.get_by_role("alert")).to_have_text(
                f"“{url or '-'}”不能用：要写成 https://主机/路径 或 http://主机/路径，不带用户名"
            )
        await dialog.get_by_label("地址").fill("http://127.0.0.1/")
        await dialog.get_by_role("button", name="保存").click()
        await expect(dialog.get_by_role("alert")).to_have_text("请至少选一个事件")


async def test_a_webhook_is_changed_and_removed(people: Browsers, console: Console) -> None:
    async with receiving() as receiver, people.of("boss") as boss:
        page = boss.page
        await boss.open(WEBHOOKS)
        await made(page, receiver, "来电")
        await page.get_by_role("button", name="修改发往 127.0.0.1 的 Webhook").click()
        dialog = page.get_by_role("dialog", name="修改发往 127.0.0.1 的 Webhook")
        await expect(dialog.get_by_label("地址")).to_have_value(f"http://127.0.0.1:{receiver.port}/hook")
        await dialog.get_by_label("地址").fill(f"http://127.0.0.1:{receiver.port}/other")
        await dialog.get_by_role("checkbox", name="来电", exact=True).uncheck()
        await dialog.get_by_role("checkbox", name="挂断", exact=True).check()
        await dialog.get_by_role("button", name="保存").click()
        await expect(dialog).to_be_hidden()
        await expect(page.get_by_text(f"127.0.0.1:{receiver.port}/other")).to_be_visible()
        await happened(console, "ordinary")
        row = delivery(page, "挂断")
        await expect(row).to_contain_text("已送达")  # seen without a reload
        assert json.loads(receiver.bodies[0])["data"]["call_id"] == "ordinary"
        assert await row.get_by_role("link").get_attribute("href") == "/calls/ordinary"
        for choice, left in (("取消", 1), ("删除", 0)):
            await page.get_by_role("button", name="删除发往 127.0.0.1 的 Webhook").click()
            question = page.get_by_role("dialog", name="删除发往 127.0.0.1 的 Webhook")
            await question.get_by_role("button", name=choice, exact=True).click()
            await expect(question).to_be_hidden()
            await expect(page.get_by_role("table")).to_have_count(left)
        await boss.open("/operator/audit")
        for deed in ("删除 Webhook", "修改 Webhook", "新建 Webhook"):
            noted = page.locator(".vb-table tbody tr").filter(has_text=deed).first
            await expect(noted).to_contain_text("林晓")


async def test_two_webhooks_to_one_host_are_told_apart_by_their_names(people: Browsers, console: Console) -> None:
    book = WebhookBook(console.store)
    for path in ("orders", "calls"):
        await book.add(f"http://127.0.0.1/{path}", ["call_ended"], by="account:boss", at=datetime.now(UTC))
    async with people.of("boss") as boss:
        page = boss.page
        await boss.open(WEBHOOKS)
        await page.get_by_role("button", name="删除发往 http://127.0.0.1/orders 的 Webhook").click()
        dialog = page.get_by_role("dialog", name="删除发往 http://127.0.0.1/orders 的 Webhook")
        await dialog.get_by_role("button", name="删除").click()
        await expect(
            page.get_by_role("button", name="给 127.0.0.1 发测试事件")
        ).to_be_visible()  # alone, it needs no more
    assert [each.url for each in await book.all()] == ["http://127.0.0.1/calls"]


async def test_what_is_not_taken_waits_and_what_was_given_up_is_tried_again(people: Browsers, console: Console) -> None:
    async with receiving() as receiver, people.of("boss") as boss:
        page = boss.page
        receiver.status = "500 Trouble"
        await boss.open(WEBHOOKS)
        await made(page, receiver, "挂断")
        await page.get_by_role("button", name="发测试事件").click()
        await expect(page.get_by_text("测试事件没有送达：应答 500")).to_be_visible()
        await expect(delivery(page, "测试")).to_contain_text("已放弃")
        await expect(page.get_by_role("button", name="重发")).to_have_count(0)  # a test is made once

        await happened(console, "ordinary")
        row = delivery(page, "挂断")
        await expect(row).to_contain_text("等待重试")
        for told in ("再试", re.compile("试了 [12] 次，最近一次：应答 500")):  # it is tried again after ten seconds
            await expect(row).to_contain_text(told)
        async with asyncio.timeout(60):
            while not await row.filter(has_text="已放弃").count():
                await console.store.write(webhook_deliveries.update().values(next_at=None))  # as after a day
                await asyncio.sleep(0.5)  # one that is just under way is put off once more
        receiver.status = "204 No Content"
        await page.get_by_role("button", name="重发 1 个已放弃的事件").click()
        await expect(row).to_contain_text("已送达")
        await expect(page.get_by_role("button", name="重发")).to_have_count(0)
        await boss.open("/operator/audit?action=webhook.retried")
        await expect(page.locator(".vb-table tbody tr").first).to_contain_text("林晓")
