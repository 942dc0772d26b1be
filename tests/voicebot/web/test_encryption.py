"""Who begins a TLS handshake and does not end it has no more of the server than who sends no request."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect

from tests.clients.certificates import certificate
from voicebot.config import ConfigError
from voicebot.free_ports import free_ports
from voicebot.web.connections import Connections
from voicebot.web.encryption import context_of, encrypted
from voicebot.web.patience import bounded_protocol
from voicebot.web.server import _Server

SOON_S = 1.0
MOST = 5


async def _stays_open(socket: WebSocket) -> None:
    await socket.accept()
    await socket.receive_text()


@asynccontextmanager
async def _serving(folder: Path, *, handshake_s: float = 60.0) -> AsyncIterator[tuple[int, ssl.SSLContext]]:
    """A port behind which few handshakes are waited for; and whom its clients trust."""
    (port,) = free_ports(1)
    file, key = certificate(folder, "127.0.0.1")
    routes = [Route("/", lambda _: PlainTextResponse("here")), WebSocketRoute("/live", _stays_open)]
    connections = Connections(most_from_one=MOST)
    http = encrypted(bounded_protocol(connections), context_of(file, key), connections, handshake_s=handshake_s)
    config = uvicorn.Config(Starlette(routes=routes), port=port, http=http, log_config=None, access_log=False)
    server = _Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)
    yield port, ssl.create_default_context(cafile=file)
    server.should_exit = True
    await running


async def _answers(port: int, trusted: ssl.SSLContext) -> bool:
    try:
        async with httpx2.AsyncClient(verify=trusted, timeout=30) as client:
            return (await client.get(f"https://127.0.0.1:{port}/")).text == "here"
    except httpx2.TransportError:
        return False


async def _answers_soon(port: int, trusted: ssl.SSLContext) -> None:
    async with asyncio.timeout(30):
        while not await _answers(port, trusted):  # noqa: ASYNC110 - only the server knows
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("begun", [b"", b"\x16\x03\x01", b"\x16\x03\x01\x02\x00" + b"\x01" * 100])
async def test_a_handshake_that_does_not_go_on_is_given_up(tmp_path: Path, begun: bytes) -> None:
    async with _serving(tmp_path, handshake_s=SOON_S) as (port, _), asyncio.timeout(30):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(begun)
        with suppress(ConnectionError):
            await reader.read()  # until the server closes it
        writer.close()


async def test_handshakes_count_for_their_address_until_they_end(tmp_path: Path) -> None:
    async with _serving(tmp_path) as (port, trusted):
        async with AsyncExitStack() as stack:
            for _ in range(MOST):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                stack.callback(writer.close)
            await asyncio.sleep(0.1)
            assert not await _answers(port, trusted)
        await _answers_soon(port, trusted)


async def test_handshakes_that_were_given_up_are_not_counted(tmp_path: Path) -> None:
    async with _serving(tmp_path, handshake_s=SOON_S) as (port, trusted), AsyncExitStack() as stack:
        for _ in range(MOST):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            stack.callback(writer.close)
        await _answers_soon(port, trusted)


@pytest.mark.parametrize("sent", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x02\x01\x00", b"\xff" * 1000])
async def test_what_is_no_handshake_leaves_nothing_behind(tmp_path: Path, sent: bytes) -> None:
    async with _serving(tmp_path) as (port, trusted):
        for _ in range(3 * MOST):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            await asyncio.sleep(0.02)
            writer.close()
        await _answers_soon(port, trusted)


async def test_open_pages_are_not_counted(tmp_path: Path) -> None:
    async with _serving(tmp_path) as (port, trusted), AsyncExitStack() as stack:
        for _ in range(3 * MOST):
            await stack.enter_async_context(connect(f"wss://127.0.0.1:{port}/live", ssl=trusted))
        assert await _answers(port, trusted)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
async def test_old_encryption_is_not_spoken(tmp_path: Path) -> None:
    async with _serving(tmp_path) as (port, trusted):
        assert await _answers(port, trusted)
        trusted.minimum_version = ssl.TLSVersion.TLSv1
        trusted.maximum_version = ssl.TLSVersion.TLSv1_1
        trusted.set_ciphers("ALL:@SECLEVEL=0")
        assert not await _answers(port, trusted)


def test_a_key_that_is_not_the_certificates_is_told(tmp_path: Path) -> None:
    file, _ = certificate(tmp_path, "127.0.0.1")
    other = tmp_path / "other"
    other.mkdir()
    _, key = certificate(other, "127.0.0.1")
    with pytest.raises(ConfigError, match=r"console\.certificate"):
        context_of(file, key)
