"""No page has a serious fault for people who use it with a screen reader, a keyboard, or weak eyes."""

from pathlib import Path

import axe_playwright_python
import pytest

from tests.browser.console import Browsers

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
RULES: dict[str, dict[str, object]] = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}
PAGES = {
    "boss": (
        "/board",
        "/calls",
        "/calls/ordinary",
        "/quality",
        "/topics",
        "/map?province=四川",
        "/account",
        "/sign-out",
    ),
    "agent": ("/desk",),
}


@pytest.mark.parametrize("theme", RULES)
async def test_axe_finds_nothing_serious(people: Browsers, theme: str) -> None:
    found = []
    for name, paths in PAGES.items():
        async with people.of(name, theme=theme) as somebody:
            for path in paths:
                await somebody.open(path)
                await somebody.page.evaluate(AXE.read_text("utf-8"))
                run = "rules => axe.run({ resultTypes: ['violations'], ...rules })"
                result = await somebody.call(run, RULES[theme])
                found += [
                    f"{path}: {fault['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
                    for fault in result["violations"]
                    if fault["impact"] in ("serious", "critical")
                    for node in fault["nodes"][:3]
                ]
    assert found == []
