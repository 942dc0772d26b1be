"""One console and one Chromium for all tests in a browser; they share an event loop."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

import pytest
import pytest_asyncio
import sqlalchemy as sa
from playwright.async_api import Browser, Playwright, async_playwright, expect
from playwright.async_api import TimeoutError as NoStart

from tests.browser.calls import some_calls
from tests.browser.console import Browsers, Console, running_console
from voicebot.agent_events import PresenceChanged
from voicebot.events import CallEnded
from voicebot.store.tables import calls, tasks

OPTIONS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"),
)

FAILED: Final = pytest.StashKey[bool]()

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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nothing_is_left_of_a_failure(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """What a test began that failed is over and gone: others see nothing of it, and it can be run once more."""
    if "console" not in request.fixturenames:
        yield
        return
    console: Console = request.getfixturevalue("console")
    before = await _rows(console)
    yield
    if request.node.stash.get(FAILED, False):
        await _clear_up(console, await _rows(console) - before)


async def _rows(console: Console) -> set[str]:
    found = [await console.store.read(sa.select(table.c.id)) for table in (calls, tasks)]
    return {row["id"] for rows in found for row in rows}


async def _clear_up(console: Console, ids: set[str]) -> None:
    now = datetime.now(UTC)
    for call in [call for each in sorted(ids) if (call := await console.store.call(each))]:
        over = CallEnded(call.id, now, "interrupted", "failed test", 0.0)
        await console.store.end_call(call.id, now, outcome="interrupted", end_reason="failed test", events=[over])
    for table in (tasks, calls):
        await console.store.write(table.delete().where(table.c.id.in_(ids)))
    console.publisher.tell(PresenceChanged("8002", now, "break", "agent", "邓凯", "订单组"))
