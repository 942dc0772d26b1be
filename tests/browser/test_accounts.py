"""An administrator makes accounts, changes them, shuts people out and reads who did what; nobody else does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.console import PASSWORD, Browsers, Console
from tests.browser.test_signed_out import alive, signed_in_apart
from voicebot.accounts.account import Account
from voicebot.accounts.book import AccountBook
from voicebot.accounts.passwords import Passwords
from voicebot.accounts.sessions import SessionLimits
from voicebot.accounts.sign_in import SignIn
from voicebot.store.account_tables import accounts

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIRST, SECOND = "Still-Harbour-78", "Calm-Lakeside-79"


def account(page: Page, name: str) -> Locator:
    return page.locator(".vb-task").filter(has_text=f"{name} · ")


async def signs_in(browser: Browser, console: Console, password: str) -> bool:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"{console.url}/sign-in")
    await page.fill("input[name=name]", "newcomer")
    await page.fill("input[name=password]", password)
    async with page.expect_event("load"):
        await page.click("form button")
    inside = "/sign-in" not in page.url  # who is refused sees the form again
    await context.close()
    return inside


async def test_an_account_is_made_with_what_its_role_needs_and_shut(
    people: Browsers, console: Console, browser: Browser
) -> None:
    async with people.of("boss") as boss:
        page = boss.page
        await boss.open("/operator/accounts")
        await page.get_by_role("button", name="新建账号").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("登录名").fill("Newcomer")
        await dialog.get_by_label("显示名").fill("新来的 <b>")
        await dialog.get_by_label("密码", exact=True).fill("newcomer-1")
        save = dialog.get_by_role("button", name="保存")
        await save.click()
        await expect(dialog.get_by_role("alert")).to_have_text("密码里不能包含登录名")
        await dialog.get_by_label("密码", exact=True).fill(FIRST)
        await save.click()
        await expect(dialog.get_by_role("alert")).to_have_text("客服账号要选工号")
        await dialog.get_by_text("主管", exact=True).click()
        await save.click()
        await expect(dialog.get_by_role("alert")).to_have_text("主管账号至少要选一个班组")
        await dialog.get_by_label("班组").click()
        await page.get_by_role("option", name="订单组").click()
        await page.keyboard.press("Escape")  # the list of teams
        await save.click()
        await expect(dialog).to_be_hidden()
        made = account(page, "newcomer")
        for shown in ("新来的 <b>", "主管", "订单组", "密码登录"):
            await expect(made).to_contain_text(shown)
        assert await signs_in(browser, console, FIRST)

        await made.get_by_role("button", name="新密码").click()
        await dialog.get_by_label("密码", exact=True).fill(SECOND)
        await save.click()
        await expect(dialog).to_be_hidden()
        assert not await signs_in(browser, console, FIRST)
        assert await signs_in(browser, console, SECOND)

        await made.get_by_role("button", name="停用").click()
        await expect(made).to_contain_text("已停用")
        assert not await signs_in(browser, console, SECOND)
        await expect(account(page, "boss").get_by_role("button")).to_have_count(0)  # nobody shuts themselves out

        await boss.open("/operator/audit")
        rows = page.locator(".vb-table tbody tr").filter(has_text="account:newcomer")
        for deed in ("新建账号", "修改密码", "停用账号"):
            await expect(rows.filter(has_text=deed)).to_contain_text("林晓")


@asynccontextmanager
async def somebody_more(console: Console, **fields: object) -> AsyncIterator[None]:
    """An account named deputy, for so long."""
    account = Account(name="deputy", display_name="程帅", created_at=datetime.now(UTC), **fields)  # type: ignore[arg-type]
    await SignIn(AccountBook(console.store), Passwords(), SessionLimits()).new_account(account, PASSWORD)
    try:
        yield
    finally:
        await console.store.write(accounts.delete().where(accounts.c.name == "deputy"))


async def test_a_demoted_administrators_open_pages_end_and_the_new_role_holds(
    people: Browsers, console: Console, browser: Browser
) -> None:
    async with somebody_more(console, role="admin"), people.of("boss") as boss:
        theirs = await signed_in_apart(browser, console, "deputy")
        await alive(theirs, f"{console.url}/operator/accounts")
        await boss.open("/operator/accounts")
        await account(boss.page, "deputy").get_by_role("button", name="修改").click()
        dialog = boss.page.get_by_role("dialog", name="修改 程帅")
        save = dialog.get_by_role("button", name="保存")
        await save.click()
        await expect(dialog.get_by_role("alert")).to_have_text("没有改动")
        await dialog.get_by_text("主管", exact=True).click()
        await save.click()
        await expect(dialog.get_by_role("alert")).to_have_text("主管账号至少要选一个班组")
        assert "/operator/accounts" in theirs.url  # what was refused ends nobody's session
        await dialog.get_by_label("班组").click()
        await boss.page.get_by_role("option", name="销售组").click()
        await boss.page.keyboard.press("Escape")  # the list of teams
        await save.click()
        await expect(dialog).to_be_hidden()
        for shown in ("主管", "销售组"):
            await expect(account(boss.page, "deputy")).to_contain_text(shown)

        # in less than the guard's own look
        await theirs.wait_for_url(f"{console.url}/sign-in?next=*", timeout=8_000, wait_until="commit")
        await theirs.context.close()
        again = await signed_in_apart(browser, console, "deputy")
        assert again.url.endswith("/board")
        answer = await again.goto(f"{console.url}/operator/accounts")
        assert answer and answer.status == 403
        await again.context.close()
        await boss.open("/operator/audit?action=account.changed")
        noted = boss.page.locator(".vb-table tbody tr").filter(has_text="account:deputy")
        for told in ("修改账号", "林晓", "admin → supervisor"):
            await expect(noted.first).to_contain_text(told)


async def test_an_agent_is_linked_to_another_id_and_never_to_none(people: Browsers, console: Console) -> None:
    async with somebody_more(console, role="agent", agent_id="gone"), people.of("boss") as boss:
        page = boss.page
        await boss.open("/operator/accounts")
        deputy = account(page, "deputy")
        await expect(deputy).to_contain_text("gone")  # an id that the company no longer has
        await deputy.get_by_role("button", name="修改").click()
        dialog = page.get_by_role("dialog", name="修改 程帅")
        await dialog.locator(".q-field__focusable-action").first.click()  # takes the id away
        await dialog.get_by_role("button", name="保存").click()
        await expect(dialog.get_by_role("alert")).to_have_text("客服账号要选工号")
        await dialog.get_by_label("工号").click()
        await page.get_by_role("option", name="8004").click()
        await dialog.get_by_role("button", name="保存").click()
        await expect(dialog).to_be_hidden()
        changed = await AccountBook(console.store).by_name("deputy")
        assert changed and (changed.role, changed.agent_id) == ("agent", "8004")


async def test_the_audit_log_is_read_by_person_and_deed(people: Browsers) -> None:
    async with people.of("lead") as lead:
        await lead.open("/calls/ordinary")
    async with people.of("boss") as boss:
        page = boss.page
        await boss.open("/operator/audit?action=call.seen")
        await page.get_by_label("谁").click()
        await page.get_by_role("option", name="苏敏").click()
        await page.wait_for_url("**actor=account**")
        rows = page.locator(".vb-table tbody tr")
        await expect(rows.filter(has_text="call:ordinary").first).to_contain_text("苏敏")
        assert await rows.count() == await rows.filter(has_text="查看通话").count()
        await rows.filter(has_text="call:ordinary").first.get_by_role("link").click()
        await page.wait_for_url("**/calls/ordinary")
        for asked in ("actor=nobody%3Cscript%3E&before=99999999999999999999", "before=1", "action=%27%20OR%201=1--"):
            await boss.open(f"/operator/audit?{asked}")
            await expect(page.get_by_text("没有这样的记录")).to_be_visible()


@pytest.mark.parametrize("name", ["lead", "agent"])
async def test_nobody_else_sees_accounts_or_the_audit_log(people: Browsers, name: str) -> None:
    async with people.of(name) as somebody:
        for path in ("/operator/accounts", "/operator/api-keys", "/operator/webhooks", "/operator/audit"):
            assert await somebody.open(path) == 403
