"""Names, places and words of callers are shown as text, whatever they contain, and keep the page in one piece."""

import pytest

from tests.browser.calls import ENDLESS, RIGHT_TO_LEFT, SCRIPT, TEMPLATE
from tests.browser.console import Browsers, Console

pytestmark = pytest.mark.asyncio(loop_scope="session")

TEXTS = {"script": SCRIPT, "template": TEMPLATE, "right-to-left": RIGHT_TO_LEFT, "endless": ENDLESS}


@pytest.mark.parametrize("call_id", TEXTS)
async def test_a_hostile_call_is_shown_as_text(people: Browsers, call_id: str) -> None:
    async with people.of("boss") as boss:
        await boss.open(f"/calls/{call_id}")
        (shown,) = await boss.texts(".vb-line-text")
        assert shown == TEXTS[call_id]
        assert await boss.call("window.hacked") is None
        assert await boss.call("document.documentElement.scrollWidth <= window.innerWidth")


async def test_the_list_of_them_is_in_order(people: Browsers) -> None:
    async with people.of("boss") as boss:
        await boss.open("/calls?span=all")
        names = await boss.texts(".vb-table a")
        assert SCRIPT in names and TEMPLATE in names
        assert await boss.call("window.hacked") is None
        heights = await boss.call("[...document.querySelectorAll('.vb-table tbody tr')].map(row => row.offsetHeight)")
        assert max(heights) - min(heights) <= 30
        assert await boss.call("document.documentElement.scrollWidth <= window.innerWidth")


async def test_a_hostile_search_is_only_looked_for(people: Browsers, console: Console) -> None:
    async with people.of("boss") as boss:
        await boss.open("/calls?words=%3Cscript%3Ewindow.hacked&span=all&intent=%22%3E%3Cb%3E&province=%27--")
        assert await boss.call("window.hacked") is None
        await boss.open("/calls?words=%3Cscript%3E&span=all")
        assert await boss.texts(".vb-table a") == [SCRIPT]
        await boss.open("/preferences?language=en&back=https://example.com/")
        assert boss.page.url.startswith(console.url)
