"""A real server on a free port, whose clock the test moves."""

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import httpx2
from argon2 import PasswordHasher
from fastapi import FastAPI, Request, WebSocket
from starlette.websockets import WebSocketDisconnect

from voicebot.accounts.account import Account
from voicebot.accounts.api_keys import ApiKeys
from voicebot.accounts.book import AccountBook
from voicebot.accounts.passwords import Passwords
from voicebot.accounts.sessions import SessionLimits
from voicebot.accounts.setup_code import SetupCode
from voicebot.accounts.sign_in import SignIn
from voicebot.company.reader import CompanyReader
from voicebot.config import EventSection, Settings
from voicebot.free_ports import free_ports
from voicebot.privacy.audit import Audit
from voicebot.store.database import Database
from voicebot.store.store import Store
from voicebot.web.addresses import Addresses
from voicebot.web.app import build_app
from voicebot.web.server import serve
from voicebot.web.visitor import Web, visitor_of
from voicebot.web_settings import ConsoleSection

PASSWORD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: datetime(2026, 11, 5, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(frozen=True)
class Server:
    """A running web process and what a test needs to play with it."""

    web: Web
    clock: Clock
    setup_code: SetupCode

    @property
    def url(self) -> str:
        return self.web.addresses.url

    def browser(self, **headers: str) -> httpx2.AsyncClient:
        """Keeps cookies and follows no redirect; names the origin with what it posts, as browsers do."""

        async def add_origin(request: httpx2.Request) -> None:
            if request.method == "POST":
                request.headers.setdefault("Origin", self.url)

        return httpx2.AsyncClient(
            base_url=self.url,
            headers={"Accept": "text/html", **headers},
            event_hooks={"request": [add_origin]},
            timeout=30,
        )

    async def add(self, name: str, role: str = "admin", **fields: object) -> None:
        account = Account(name=name, role=role, created_at=self.clock(), **fields)  # type: ignore[arg-type]
        await self.web.sign_in.new_account(account, PASSWORD)

    @asynccontextmanager
    async def signed_in(self, name: str = "boss") -> AsyncIterator[httpx2.AsyncClient]:
        """A browser in which somebody signed in."""
        async with self.browser() as browser:
            answer = await browser.post("/sign-in", data={"name": name, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
            yield browser


def some_pages(app: FastAPI, web: Web) -> None:
    """Stand in the place of the console's pages: one to look at, one to change something, one that stays open."""

    @app.get("/")
    async def look(request: Request) -> dict[str, str]:
        return {"name": visitor_of(request).account.name}

    @app.post("/change")
    async def change(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @app.websocket("/live")
    async def live(socket: WebSocket) -> None:
        await socket.accept()
        with suppress(WebSocketDisconnect):
            while True:
                await socket.send_text(await socket.receive_text())


@cache
def _migrated() -> Path:
    """An empty store, made once: migrating takes longer than most tests."""
    file = Path(tempfile.mkdtemp()) / "voicebot.db"
    database = Database(f"sqlite:///{file}")
    database.migrate()
    database.close()
    atexit.register(shutil.rmtree, file.parent)
    return file


@asynccontextmanager
async def serving(
    folder: Path, *, broker_port: int | None = None, check_every_s: float = 0.05, **console: object
) -> AsyncIterator[Server]:
    """broker_port: of a broker that runs; None: there is none."""
    await asyncio.to_thread(folder.mkdir, exist_ok=True)
    port, nobody = free_ports(2)
    events = EventSection(port=broker_port or nobody, node="here")
    settings = Settings(data_dir=folder, events=events, console=ConsoleSection(port=port, **console))  # type: ignore[arg-type]
    clock, code = Clock(), SetupCode()
    await asyncio.to_thread(shutil.copy, _migrated(), folder / "voicebot.db")
    async with Store(settings.store_url) as store:
        sign_in = SignIn(AccountBook(store), Passwords(QUICK), SessionLimits())
        web = Web(
            settings=settings,
            store=store,
            sign_in=sign_in,
            api_keys=ApiKeys(store),
            audit=Audit(store, now=clock),
            company=CompanyReader(settings.company.dir),
            addresses=Addresses(settings.console),
            now=clock,
            check_every_s=check_every_s,
        )
        local = f"{'https' if console.get('certificate') else 'http'}://127.0.0.1:{port}"
        running = asyncio.create_task(serve(web, build_app(web, code, pages=some_pages), code))
        try:
            async with asyncio.timeout(30), httpx2.AsyncClient(verify=False, timeout=30) as client:
                while True:
                    with suppress(httpx2.TransportError):
                        if (await client.get(f"{local}/healthz")).status_code == 200:
                            break
                    await asyncio.sleep(0.02)
            yield Server(web, clock, code)
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
