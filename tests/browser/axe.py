"""What axe finds wrong with a page for people who use it with a screen reader, a keyboard, or weak eyes."""

from pathlib import Path

import axe_playwright_python

from tests.browser.console import Person

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
SETTLED = "document.getAnimations().every(each => each.effect.getTiming().iterations === Infinity)"
RULES: dict[str, dict[str, object]] = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}


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
