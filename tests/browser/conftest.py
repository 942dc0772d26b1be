"""One console and one Chromium for all tests in a browser; they share an event loop."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, async_playwright, expect
from playwright.async_api import TimeoutError as NoStart

from tests.browser.calls import some_calls
from tests.browser.console import Browsers, Console, running_console

OPTIONS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"),
)

expect.set_options(timeout=30_000)  # a machine on which other tests run may take longer than Playwright's five seconds


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(400))


async def launched(playwright: Playwright, program: str, options: Sequence[str]) -> Browser:
    """Chromium now and then hangs as it starts, and starts at once when it is tried again."""
    try:
        return await playwright.chromium.launch(executable_path=program, args=list(options), timeout=60_000)
    except NoStart:
        return await playwright.chromium.launch(executable_path=program, args=list(options))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(require: Callable[[str], str]) -> AsyncIterator[Browser]:
    program = require("chromium")
    async with async_playwright() as playwright:
        started = await launched(playwright, program, OPTIONS)
        yield started
        await started.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def console(require: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Console]:
    require("chromium")  # without it nobody would look at the console
    async with running_console(tmp_path_factory.mktemp("console")) as running:
        await some_calls(running)
        yield running


@pytest.fixture(scope="session")
def people(browser: Browser, console: Console) -> Browsers:
    return Browsers(browser, console.url)
