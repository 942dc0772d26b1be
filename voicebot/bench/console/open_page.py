"""A console page kept open without a browser: signed in, fetched, and connected by the socket that updates it."""

from __future__ import annotations

import ast
import asyncio
import re
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlencode

import httpx2
import socketio

SOCKET_PATH: Final = "/_nicegui_ws/socket.io"
OPENED_WITHIN_S: Final = 60.0
_QUERY: Final = re.compile(r"^\s*query: (\{.*\}),$", re.MULTILINE)
"""What NiceGUI's page gives its socket to present itself with; a Python literal, whose names its script defines."""

Told = Callable[[str, float], None]
"""A script that the page is to run, as NiceGUI calls the methods of its parts, and when it came (monotonic clock)."""


class PageNotOpened(Exception):
    """The console did not answer as its pages do. The message says what it answered."""


async def signed_in(url: str, name: str, password: str) -> httpx2.AsyncClient:
    """A client with the session of this account. Raises PageNotOpened."""
    client = httpx2.AsyncClient(base_url=url, headers={"Origin": url, "Accept": "text/html"}, timeout=OPENED_WITHIN_S)
    answer = await client.post("/sign-in", data={"name": name, "password": password})
    if answer.status_code != httpx2.codes.SEE_OTHER:
        await client.aclose()
        raise PageNotOpened(f"signing in as {name} gave {answer.status_code}")
    return client


@asynccontextmanager
async def open_page(client: httpx2.AsyncClient, path: str, told: Told) -> AsyncIterator[float]:
    """Keeps a page open; yields the seconds until its HTML was there and its socket stood. Raises PageNotOpened."""
    began = time.monotonic()
    answer = await client.get(path)
    found = _QUERY.search(answer.text)
    if answer.status_code != httpx2.codes.OK or found is None:
        raise PageNotOpened(f"{path} gave {answer.status_code} without a page")
    query = ast.literal_eval(found[1]) | {"tab_id": str(uuid.uuid4()), "document_id": str(uuid.uuid4())}
    socket = socketio.AsyncClient(reconnection=False)
    socket.on("run_javascript", lambda data: told(str(data["code"]), time.monotonic()))
    host = str(client.base_url).rstrip("/")
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    try:
        async with asyncio.timeout(OPENED_WITHIN_S):
            await socket.connect(
                f"{host}?{urlencode(_as_texts(query))}",
                headers={"Cookie": cookies, "Origin": host},
                transports=["websocket"],
                socketio_path=SOCKET_PATH,
                wait_timeout=OPENED_WITHIN_S,
            )
            if not query.get("implicit_handshake"):
                await socket.call("handshake", query)
    except (socketio.exceptions.SocketIOError, TimeoutError) as why:
        raise PageNotOpened(f"{path}: its socket was not opened ({why or 'no answer'})") from why
    try:
        yield time.monotonic() - began
    finally:
        await socket.disconnect()


def _as_texts(query: dict[str, Any]) -> dict[str, str]:
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in query.items()}
