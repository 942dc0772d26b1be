"""Pages around the console, and the API's description, work under a policy that allows nothing from outside."""

import pytest
from playwright.async_api import expect

from tests.browser.console import Browsers

NAMED = "[...document.querySelectorAll('link[href], script[src]')].map(each => each.href || each.src)"
pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_account_and_sign_out_are_shown(people: Browsers, theme: str) -> None:
    async with people.of("boss", theme=theme) as boss:
        for path, heading in (("/account", "我的账号"), ("/sign-out", "退出登录")):
            assert await boss.open(path) == 200
            await expect(boss.page.get_by_role("heading", name=heading)).to_be_visible()


async def test_the_description_of_the_api_is_drawn_and_can_be_tried_out(people: Browsers) -> None:
    async with people.of("boss") as boss:
        assert await boss.open("/docs") == 200
        page = boss.page
        await page.locator("#operations-about-me_me_get").click()
        await page.get_by_role("button", name="Try it out").click()
        await page.get_by_role("button", name="Execute").click()
        await expect(page.locator(".live-responses-table .response-col_status").nth(1)).to_have_text("200")


async def test_whatever_a_page_refers_to_is_there(people: Browsers) -> None:
    """The browser asks for a page's icon by itself, and tells nobody of its absence."""
    async with people.of("boss") as boss:
        for path in ("/account", "/board"):
            await boss.open(path)
            named = await boss.call(NAMED)
            assert any("icon" in each for each in named)
            for each in named:
                answer = await boss.page.request.get(each)
                assert answer.ok, each
                assert "html" not in answer.headers["content-type"], each


async def test_a_printed_call_is_its_content_in_full(people: Browsers) -> None:
    async with people.of("boss") as boss:
        page, transcript = boss.page, "document.querySelector('.vb-transcript')"
        hidden = f"(({{scrollHeight: all, clientHeight: seen}}) => all - seen)({transcript})"
        await boss.open("/calls/endless")
        await page.wait_for_function(f"{transcript} && {hidden} > 10")
        await expect(page.get_by_role("link", name="显示完整号码")).to_be_visible()
        await page.emulate_media(media="print")
        for gone in (page.get_by_role("navigation"), page.get_by_role("link", name="显示完整号码")):
            await expect(gone).to_be_hidden()
        await page.wait_for_function(f"{hidden} <= 1")
