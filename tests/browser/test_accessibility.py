"""No page has a serious fault for people who use it with a screen reader, a keyboard, or weak eyes."""

from pathlib import Path

import axe_playwright_python
import pytest

from tests.browser.console import Browsers, Person

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
SETTLED = "document.getAnimations().every(each => each.effect.getTiming().iterations === Infinity)"
RULES: dict[str, dict[str, object]] = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}
PAGES = {
    "boss": (
        "/board",
        "/calls",
        "/calls/ordinary",
        "/quality",
        "/reviews",
        "/calibration",
        "/topics",
        "/follow-ups",
        "/operator/accounts",
        "/operator/api-keys",
        "/operator/webhooks",
        "/operator/audit",
        "/map?province=四川",
        "/company/knowledge",
        "/company/entry?id=ship_out_time",
        "/company/unanswered",
        "/company/intents",
        "/company/flows",
        "/company/prompts",
        "/company/prompts/greeting",
        "/company/scorecards",
        "/company/scorecards/service/silence",
        "/company/profile",
        "/company/routing",
        "/company/file?file=agents.csv",
        "/company/changes",
        "/operator/health",
        "/operator/settings",
        "/operator/models",
        "/operator/logs?call=ordinary",
        "/account",
        "/sign-out",
    ),
    "agent": ("/desk", "/reviews"),
}


@pytest.mark.timeout(400)  # pages by the dozen, each with all the rules
@pytest.mark.parametrize("theme", RULES)
async def test_axe_finds_nothing_serious(people: Browsers, theme: str) -> None:
    found = []
    for name, paths in PAGES.items():
        async with people.of(name, theme=theme) as somebody:
            for path in paths:
                await somebody.open(path)
                found += await serious_faults(somebody, theme)
                if await somebody.page.get_by_role("main").count() != 1:
                    found.append(f"{somebody.page.url}: has not one main part")
    assert found == []


async def serious_faults(somebody: Person, theme: str) -> list[str]:
    """Of the page as it is once nothing moves any more."""
    await somebody.page.wait_for_function(SETTLED)
    await somebody.page.evaluate(AXE.read_text("utf-8"))
    run = "rules => axe.run({ resultTypes: ['violations'], ...rules })"
    result = await somebody.call(run, RULES[theme])
    return [
        f"{somebody.page.url}: {fault['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for fault in result["violations"]
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"][:3]
    ]
