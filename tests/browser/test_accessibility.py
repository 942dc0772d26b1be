"""No page has a serious fault for people who use it with a screen reader, a keyboard, or weak eyes."""

import pytest

from tests.browser.axe import RULES, serious_faults
from tests.browser.console import Browsers

pytestmark = pytest.mark.asyncio(loop_scope="session")

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


@pytest.mark.timeout(900)  # pages by the dozen, each with all the rules
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
