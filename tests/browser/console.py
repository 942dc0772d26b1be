"""The console as an operator starts it, with calls in its store, and browsers of real people in front of it."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx2
from playwright.async_api import Browser, BrowserContext, Page, Request

from tests.clients.processes import stop
from voicebot.accounts.account import Account
from voicebot.accounts.book import AccountBook
from voicebot.accounts.passwords import Passwords
from voicebot.accounts.sessions import SessionLimits
from voicebot.accounts.sign_in import SignIn
from voicebot.background import background
from voicebot.config import Settings, load_settings
from voicebot.demo import SAMPLE_COMPANY
from voicebot.eventbus import EventPublisher
from voicebot.free_ports import free_ports
from voicebot.store.store import Store

PASSWORD: Final = "Quiet-Harbour-77"
PEOPLE: Final = (
    Account(name="boss", role="admin", display_name="林晓", created_at=datetime.now(UTC)),
    Account(
        name="lead",
        role="supervisor",
        display_name="苏敏",
        teams=("订单组",),
        agent_id="8006",
        created_at=datetime.now(UTC),
    ),
    Account(name="other", role="supervisor", display_name="高远", teams=("销售组",), created_at=datetime.now(UTC)),
    Account(name="agent", role="agent", display_name="邓凯", agent_id="8002", created_at=datetime.now(UTC)),
)


@dataclass(frozen=True)
class Console:
    """A running console. `store` publishes the events that are written with its rows."""

    settings: Settings
    store: Store
    publisher: EventPublisher
    folder: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.console.port}"


@asynccontextmanager
async def running_console(folder: Path) -> AsyncIterator[Console]:
    """Broker, console and store in `folder`; the accounts of PEOPLE are there."""
    sip, broker, metrics, web, hub = free_ports(5)
    company = shutil.copytree(SAMPLE_COMPANY, folder / "company", ignore=shutil.ignore_patterns("model*"))
    config = folder / "voicebot.toml"
    config.write_text(
        f"data_dir = {json.dumps(str(folder))}\n[company]\ndir = {json.dumps(str(company))}\n"
        f'[models]\nhub_endpoint = "http://127.0.0.1:{hub}"\n'  # where nobody listens, but for a test that does
        f"[sip]\nport = {sip}\n[events]\nport = {broker}\n"
        f"[metrics]\nport = {metrics}\n[console]\nport = {web}\n"
        '[webhooks]\nallow = ["127.0.0.0/8"]\n'
    )
    settings = load_settings(config)
    settings.create_directories()
    async with Store(settings.store_url, node=settings.events.node) as store:
        sign_in = SignIn(AccountBook(store), Passwords(), SessionLimits())
        for person in PEOPLE:
            await sign_in.new_account(person, PASSWORD)
        async with process("broker", config), process("console", config):
            await until_it_answers(f"http://127.0.0.1:{web}/healthz")
            publisher = EventPublisher(store, settings.events)
            async with background(publisher.run()):
                yield Console(settings, store, publisher, folder)


@asynccontextmanager
async def process(name: str, config: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    with (config.parent / f"{name}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "voicebot", *name.split(), "--config", str(config), stderr=log
        )
        try:
            yield process
        finally:
            await stop(process, grace_s=10)


async def until_it_answers(url: str) -> None:
    async with asyncio.timeout(180), httpx2.AsyncClient() as client:
        while True:
            try:
                if (await client.get(url)).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.1)


@dataclass
class Person:
    """Somebody in front of a browser, who notices what goes wrong in it."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    """Errors of scripts, refusals by the content security policy, requests to anybody else."""

    async def open(self, path: str) -> int:
        """Goes there and waits until the page is alive. The answer's status."""
        answer = await self.page.goto(self.url + path)
        await self.page.wait_for_function("window.did_handshake === true || !document.querySelector('#app')")
        assert answer
        return answer.status

    async def texts(self, selector: str) -> list[str]:
        """Of all that there are, once there is one: a page's own scripts draw some of it after it is alive."""
        await self.page.locator(selector).first.wait_for()
        return [text.strip() for text in await self.page.locator(selector).all_inner_texts()]

    async def call(self, script: str, argument: Any = None) -> Any:
        return await self.page.evaluate(script, argument)


class Browsers:
    """A browser for each person, in which they signed in once."""

    def __init__(self, browser: Browser, url: str, *, script: str = "") -> None:
        """url: of the console. script: runs in every page before its own."""
        self._browser = browser
        self._url = url
        self._script = script
        self._contexts: dict[str, BrowserContext] = {}

    @asynccontextmanager
    async def of(self, name: str, *, theme: str = "light", language: str = "zh") -> AsyncIterator[Person]:
        """A page of theirs; fails the test at the end if the browser complained about anything."""
        url = self._url
        context = self._contexts.get(name) or await self._signed_in(name)
        cookies = {"voicebot_theme": theme, "voicebot_language": language}
        await context.add_cookies([{"name": key, "value": value, "url": url} for key, value in cookies.items()])
        page = await context.new_page()
        somebody = Person(page, url)
        page.on("pageerror", lambda error: somebody.complaints.append(f"error: {error}"))
        page.on("console", lambda message: _note(somebody, message.type, message.text))
        page.on("request", lambda request: _note_foreign(somebody, request))
        try:
            yield somebody
            assert somebody.complaints == []
        finally:
            await page.close()

    async def _signed_in(self, name: str) -> BrowserContext:
        context = await self._browser.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
        context.set_default_timeout(60_000)
        await context.add_init_script(self._script)
        page = await context.new_page()
        await page.goto(self._url + "/sign-in")
        await page.fill("input[name=name]", name)
        await page.fill("input[name=password]", PASSWORD)
        await page.click("form button")
        await page.wait_for_url(lambda url: "/sign-in" not in url)  # Chromium forgets a close as a page arrives
        await page.close()
        self._contexts[name] = context
        return context


def _note(somebody: Person, kind: str, text: str) -> None:
    if kind == "error" and "status of 40" not in text:  # a page that answers 403 or 404 is what a test may be about
        somebody.complaints.append(text)


def _note_foreign(somebody: Person, request: Request) -> None:
    if not request.url.startswith((somebody.url, somebody.url.replace("http", "ws"), "data:", "blob:")):
        somebody.complaints.append(f"asks somebody else: {request.url}")
