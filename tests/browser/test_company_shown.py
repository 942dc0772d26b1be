"""What is shown of the company without changing it, to whom, and that it can be read."""

import pytest
from playwright.async_api import expect

from tests.browser.console import Browsers, Console

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_supervisor_looks_and_an_agent_does_not_even_that(people: Browsers, console: Console) -> None:
    async with people.of("lead") as lead:
        for path in ("entry?id=ship_out_time", "file?file=routing.toml", "prompts/greeting", "intents/invoice"):
            assert await lead.open(f"/company/{path}") == 200
            await expect(lead.page.get_by_text("修改需要管理员账号")).to_be_visible()
            await expect(lead.page.get_by_role("button", name="发布")).to_have_count(0)
        assert await lead.open("/company/file?file=customers.csv") == 404
    async with people.of("agent") as agent:
        for path in ("knowledge", "changes", "file?file=routing.toml"):
            assert await agent.open(f"/company/{path}") == 403
        assert (await agent.page.request.get(f"{console.url}/company/listen?text=a&language=cmn")).status == 403


async def test_flows_rules_and_people_are_shown(people: Browsers) -> None:
    async with people.of("boss") as boss:
        page = boss.page
        await boss.open("/company/flows?flow=invoice")
        await expect(page.get_by_role("img", name="开发票")).to_contain_text("开具发票")
        await expect(page.get_by_role("img", name="开发票")).to_contain_text("request_invoice")
        await boss.open("/company/scorecards")
        await expect(page.get_by_role("cell", name="辱骂客户")).to_be_visible()
        await boss.open("/company/agents")
        await expect(page.get_by_role("cell", name="8001")).to_be_visible()
        await expect(page.get_by_role("row", name="罗雪梅")).to_contain_text("退换 5、维修 4")
        await boss.open("/company/routing")
        await expect(page.get_by_text("这段时间没有影子结果")).to_be_visible()
        await boss.open("/company/hotwords")
        await expect(page.get_by_label("dictionary.txt")).to_be_visible()


CONTRAST = """
(notice) => {
  const light = (colour) => {
    const parts = colour.match(/[0-9.]+/g).slice(0, 3).map((part) => part / 255);
    const [r, g, b] = parts.map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const style = getComputedStyle(notice), pair = [light(style.color), light(style.backgroundColor)];
  return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
}
"""
"""As WCAG 2.2 computes it; 4.5 is the least for text (1.4.3)."""


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_refusal_over_the_page_can_be_read(people: Browsers, theme: str) -> None:
    async with people.of("boss", theme=theme) as boss:
        await boss.open("/company/file?file=knowledge/payment.toml")
        await boss.page.get_by_role("button", name="以此为样板新建").click()
        await boss.page.get_by_label("文件名").fill("坏 名字")
        await boss.page.get_by_label("文件名").press("Enter")
        notice = boss.page.locator(".q-notification", has_text="文件名只能用小写字母")
        await expect(notice).to_be_visible()
        for tone, quasars in (("warning", "text-dark"), ("negative", "text-white"), ("positive", "text-white")):
            dressed = f"notice => {{ notice.className = 'q-notification bg-{tone} {quasars}' }}"
            await notice.evaluate(dressed)
            assert await notice.evaluate(CONTRAST) >= 4.5, tone
