"""An administrator makes accounts, shuts people out and reads who did what; nobody else does."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.console import Browsers, Console

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
    await page.click("form button")
    await page.wait_for_load_state()
    inside = "/sign-in" not in page.url
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
        for path in ("/operator/accounts", "/operator/audit"):
            assert await somebody.open(path) == 403
