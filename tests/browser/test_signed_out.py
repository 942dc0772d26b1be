"""What was on the screen is gone as soon as its person signed out or was shut out, wherever that was done."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.console import PASSWORD, Console

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def signed_in_apart(browser: Browser, console: Console, name: str) -> Page:
    """In a browser of their own: other tests' pages go on."""
    page = await (await browser.new_context()).new_page()
    await page.goto(console.url + "/sign-in")
    await page.fill("input[name=name]", name)
    await page.fill("input[name=password]", PASSWORD)
    await page.press("input[name=password]", "Enter")
    await page.wait_for_url(lambda url: "sign-in" not in url)
    return page


async def alive(page: Page, address: str) -> None:
    await page.goto(address)
    await page.wait_for_function("window.did_handshake === true && window.socket?.connected")
    await page.wait_for_timeout(300)


async def test_signing_out_in_one_window_clears_the_others(browser: Browser, console: Console) -> None:
    page = await signed_in_apart(browser, console, "agent")
    other = await page.context.new_page()
    await alive(other, f"{console.url}/calls/order-team")
    await page.goto(f"{console.url}/sign-out")
    await page.click("form button")
    # in less than the guard's own look
    await other.wait_for_url(f"{console.url}/sign-in?next=*", timeout=8_000, wait_until="commit")
    await expect(other.get_by_label("密码")).to_be_visible()
    await expect(other.get_by_text("订单组的客户")).to_have_count(0)
    await page.context.close()


async def test_a_connection_that_breaks_for_a_moment_leaves_the_page(browser: Browser, console: Console) -> None:
    page = await signed_in_apart(browser, console, "agent")
    await alive(page, f"{console.url}/desk")
    await page.evaluate("""() => {
        window.here = true;
        window.socket.io.reconnectionDelay(4500);
        window.socket.io.randomizationFactor(0);
        window.socket.io.engine.close();
    }""")
    await page.wait_for_function("!window.socket.connected")
    await page.wait_for_function("window.socket.connected")
    await page.wait_for_timeout(500)
    assert await page.evaluate("window.here") is True
    await page.context.close()


async def test_who_slept_past_the_end_of_the_session_is_led_to_the_sign_in(browser: Browser, console: Console) -> None:
    """Its socket is refused then, without a word why."""
    page = await signed_in_apart(browser, console, "agent")
    await alive(page, f"{console.url}/calls")
    await page.context.clear_cookies()
    await page.evaluate("window.socket.io.engine.close()")
    await page.wait_for_url(f"{console.url}/sign-in?next=*")
    await expect(page.get_by_role("status")).to_contain_text("这次登录已结束")
    await page.fill("input[name=name]", "agent")
    await page.fill("input[name=password]", PASSWORD)
    await page.press("input[name=password]", "Enter")
    await page.wait_for_url(f"{console.url}/calls")
    await page.context.close()
