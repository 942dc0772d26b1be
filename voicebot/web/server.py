"""The console process: serves pages and API until it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

import structlog
import uvicorn
from starlette.types import ASGIApp

from voicebot.accounts.api_keys import ApiKeys
from voicebot.accounts.book import AccountBook
from voicebot.accounts.passwords import Passwords
from voicebot.accounts.sessions import SessionLimits
from voicebot.accounts.setup_code import SetupCode
from voicebot.accounts.sign_in import SignIn
from voicebot.background import background
from voicebot.company.reader import CompanyReader
from voicebot.config import Settings
from voicebot.privacy.audit import Audit
from voicebot.store.store import Store
from voicebot.web.addresses import Addresses
from voicebot.web.app import build_app
from voicebot.web.connections import Connections
from voicebot.web.encryption import context_of, encrypted
from voicebot.web.listening import listening
from voicebot.web.patience import bounded_protocol
from voicebot.web.visitor import Web
from voicebot.web_settings import ConsoleSection
from voicebot.webhooks.deliveries import Deliveries
from voicebot.webhooks.worker import WebhookWorker

log = structlog.get_logger(__name__)

READERS: Final = 4
"""People whose pages are read from the store at the same time: who asks for the figures of a quarter holds up few."""
CLOSING_S: Final = 5
"""Time that answers under way have when the process stops."""
HANDSHAKE_REFUSED: Final = "ASGI callable returned without completing handshake."
"""uvicorn says so, as an error, of every WebSocket that the guard refused."""
LARGEST_MESSAGE: Final = 4 * 1024 * 1024
"""Bytes that a page sends at once: a whole file of the company, as it is edited, is the most."""


async def run(settings: Settings) -> None:
    """Serves until cancelled."""
    patience_s = settings.store.lock_patience_s
    store = Store(settings.store_url, node=settings.events.node, patience_s=patience_s, readers=READERS)
    async with store:
        limits = SessionLimits(
            idle=timedelta(minutes=settings.console.idle_minutes),
            absolute=timedelta(hours=settings.console.session_hours),
        )
        sign_in = SignIn(AccountBook(store), Passwords(), limits)
        web = Web(
            settings=settings,
            store=store,
            sign_in=sign_in,
            api_keys=ApiKeys(store),
            audit=Audit(store),
            company=CompanyReader(settings.company.dir),
            addresses=Addresses(settings.console),
        )
        setup_code = SetupCode()
        worker = WebhookWorker(Deliveries(store), settings.webhooks)
        async with background(worker.run()):
            await serve(web, build_app(web, setup_code), setup_code)


async def serve(web: Web, app: ASGIApp, setup_code: SetupCode) -> None:
    """Serves `app` until cancelled, and lets answers under way end."""
    console = web.settings.console
    with listening(console) as listener:
        if await web.sign_in.book.is_empty():
            log.warning("no_account_yet", open=f"{web.addresses.url}/set-up", setup_code=setup_code.shown)
        if not (console.bind.is_loopback or web.addresses.is_encrypted):
            log.warning(
                "console_unencrypted",
                remedy="set console.certificate and console.key, or console.url to the https address of a proxy; "
                "browsers give pages without encryption no microphone",
            )
        async with _running(_config(app, console), listener):
            log.info("console_ready", url=web.addresses.url)
            await asyncio.Event().wait()


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the process, and what strangers provoke to those who bound it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        logging.getLogger("uvicorn.error").addFilter(_is_ours_to_mend)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _is_ours_to_mend(record: logging.LogRecord) -> bool:
    """uvicorn's warnings are about what browsers send, without the address; see `bad_request`."""
    return record.levelno != logging.WARNING and record.msg != HANDSHAKE_REFUSED


@asynccontextmanager
async def _running(config: uvicorn.Config, listener: socket.socket) -> AsyncIterator[None]:
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            if serving.done():
                await serving
                raise RuntimeError("the web server ended before it began")
            await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await asyncio.shield(serving)


def _config(app: ASGIApp, console: ConsoleSection) -> uvicorn.Config:
    connections = Connections(console.trusted_proxies)
    bounded = bounded_protocol(connections)
    http: type[asyncio.Protocol] = bounded
    if console.certificate and console.key:
        http = encrypted(bounded, context_of(console.certificate, console.key), connections)
    return uvicorn.Config(
        app,
        http=http,
        ws_max_size=LARGEST_MESSAGE,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(console.trusted_proxies),
        forwarded_allow_ips=[str(network) for network in console.trusted_proxies],
        timeout_graceful_shutdown=CLOSING_S,
    )
