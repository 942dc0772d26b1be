"""An administrator makes a key for a program, sees it once and never again, and revokes it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.browser.console import Browsers, Console
from voicebot.api.app import PATH
from voicebot.logs import FILES
from voicebot.privacy.audit import Audit
from voicebot.store.api_tables import api_keys

pytestmark = pytest.mark.asyncio(loop_scope="session")

KEYS = "/operator/api-keys"


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def no_keys_are_left(console: Console) -> AsyncIterator[None]:
    yield
    await console.store.write(api_keys.delete())


async def asked_for(page: Page, name: str, *scopes: str) -> Locator:
    """The dialog for a new key, filled in."""
    await page.get_by_role("button", name="新建密钥").click()
    dialog = page.get_by_role("dialog", name="新建密钥")
    await dialog.get_by_label("哪个程序使用").fill(name)
    for scope in scopes:
        await dialog.get_by_role("checkbox", name=scope).check()
    return dialog


async def shown_once(page: Page, name: str) -> str:
    """The secret in its dialog, which stays open."""
    secret = await page.get_by_role("textbox", name=f"{name} 的密钥").input_value()
    assert secret.startswith("vbk_") and len(secret) > 50
    return secret


async def answer(console: Console, key: str, path: str) -> httpx2.Response:
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60) as program:
        return await program.get(f"{console.url}{PATH}{path}")


def written(console: Console) -> bytes:
    """All that the console has put down anywhere."""
    places = [console.folder / FILES, *console.folder.glob("*.log"), *console.folder.glob("voicebot.db*")]
    files = [file for place in places for file in ([place] if place.is_file() else place.rglob("*"))]
    assert Path(console.folder / "console.log") in files
    return b"".join(file.read_bytes() for file in files if file.is_file())


async def test_a_key_is_made_used_and_never_shown_again(people: Browsers, console: Console) -> None:
    async with people.of("boss") as boss:
        page = boss.page
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await boss.open(KEYS)
        await expect(page.get_by_text("还没有密钥")).to_be_visible()
        docs = await page.get_by_role("link", name="接口说明").first.get_attribute("href")
        assert docs and (await page.request.get(console.url + docs)).status == 200

        dialog = await asked_for(page, " ")
        make = dialog.get_by_role("button", name="生成密钥")
        await make.click()
        await expect(dialog.get_by_role("alert")).to_contain_text("请写明哪个程序使用")
        await dialog.get_by_label("哪个程序使用").fill("CRM <b>")
        await make.click()
        await expect(dialog.get_by_role("alert")).to_have_text("请至少选一项权限")
        await dialog.get_by_role("checkbox", name="读取通话").check()
        await dialog.get_by_role("checkbox", name="收听录音").check()
        await dialog.get_by_role("checkbox", name="收听录音").uncheck()
        await dialog.get_by_label("只限这些班组").click()
        await page.get_by_role("option", name="订单组").click()
        await page.keyboard.press("Escape")  # the list of teams
        await dialog.get_by_text("30 天", exact=True).click()
        await make.click()

        key = await shown_once(page, "CRM <b>")
        await expect(dialog).to_be_hidden()
        await page.keyboard.press("Escape")
        assert await shown_once(page, "CRM <b>") == key  # no key closes it by mistake
        await page.get_by_role("button", name="复制").click()
        await expect(page.get_by_role("button", name="已复制")).to_be_visible()
        assert await boss.call("navigator.clipboard.readText()") == key
        await page.get_by_role("button", name="已存好，关闭").click()

        assert (await answer(console, key, "/me")).json()["may"] == {"view_call": "team"}
        await page.reload()
        made = page.locator(".vb-task")
        for told in ("CRM <b>", "读取通话（只限订单组）", "由 林晓 创建", "最近使用", "有效至"):
            await expect(made).to_contain_text(told)
        secret = key.split("_", 2)[2]
        assert secret not in await page.content()
        assert secret.encode() not in written(console)
        entries = await Audit(console.store).entries(action="api_key.added")
        assert entries and secret not in repr(entries)


async def test_a_revoked_key_opens_nothing_from_then_on(people: Browsers, console: Console) -> None:
    async with people.of("boss") as boss:
        page = boss.page
        await boss.open(KEYS)
        dialog = await asked_for(page, "报表", "读取待办")
        await dialog.get_by_role("button", name="生成密钥").dblclick()  # and means one key
        key = await shown_once(page, "报表")
        await page.get_by_role("button", name="已存好，关闭").click()
        await expect(page.locator(".vb-task")).to_contain_text("还没用过")
        for choice, state in (("取消", 200), ("吊销", 401)):
            await page.get_by_role("button", name="吊销 报表 的密钥").click()
            question = page.get_by_role("dialog", name="吊销 报表 的密钥")
            await expect(question).to_contain_text("不能恢复")
            await question.get_by_role("button", name=choice, exact=True).click()
            await expect(question).to_be_hidden()
            assert (await answer(console, key, "/tasks")).status_code == state
        await expect(page.locator(".vb-task")).to_contain_text("已吊销")
        await expect(page.get_by_role("button", name="吊销")).to_have_count(0)
        await boss.open("/operator/audit?action=api_key.revoked")
        await expect(page.locator(".vb-table tbody tr").first).to_contain_text("林晓")


async def test_without_encryption_the_secret_is_copied_all_the_same(people: Browsers) -> None:
    """Browsers give such pages no clipboard."""
    async with people.of("boss") as boss:
        page = boss.page
        await page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
        await boss.open(KEYS)
        dialog = await asked_for(page, "ERP", "读取通话")
        await dialog.get_by_role("button", name="生成密钥").click()
        key = await shown_once(page, "ERP")
        await page.get_by_role("button", name="复制").click()
        await expect(page.get_by_role("button", name="已复制")).to_be_visible()
        await page.get_by_role("button", name="已存好，关闭").click()
        dialog = await asked_for(page, "")
        await dialog.get_by_label("哪个程序使用").press("Control+V")
        await expect(dialog.get_by_label("哪个程序使用")).to_have_value(key)
