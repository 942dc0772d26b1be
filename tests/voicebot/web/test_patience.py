"""Who has not said what they want is not waited for, remembered, or counted without an end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from ipaddress import IPv4Network

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from tests.voicebot.web.running import Server
from voicebot.free_ports import free_ports
from voicebot.sparing_log import MOST_OF_ONE
from voicebot.web.connections import Connections
from voicebot.web.patience import MOST_HEAD, bounded_protocol
from voicebot.web.server import _Server

PATIENCE_S = 0.5
LONG_S = 25
"""Longer than a machine stands still, and shorter than a request is waited for by default."""
MOST = 5


async def _echo(request: Request) -> PlainTextResponse:
    body = await request.body()
    await asyncio.sleep(float(request.query_params.get("after", 0)))
    return PlainTextResponse(str(len(body)))


@asynccontextmanager
async def _serving(*proxies: str, request_s: float = 60.0) -> AsyncIterator[int]:
    """A port, behind which few connections are kept."""
    (port,) = free_ports(1)
    app = Starlette(routes=[Route("/", _echo, methods=["GET", "POST"])])
    connections = Connections([IPv4Network(each) for each in proxies], most_from_one=MOST)
    protocol = bounded_protocol(connections, request_s=request_s)
    server = _Server(uvicorn.Config(app, port=port, http=protocol, log_config=None, access_log=False))
    running = asyncio.create_task(server.serve())
    await asyncio.wait_for(_up(port), 30)
    yield port
    server.should_exit = True
    await running


async def _up(port: int) -> None:
    async with httpx2.AsyncClient() as client:
        for _ in range(1000):
            with suppress(httpx2.TransportError):
                await client.get(f"http://127.0.0.1:{port}/")
                return
            await asyncio.sleep(0.01)


async def _told(port: int, *parts: bytes, pause_s: float = 0.0) -> bytes:
    """All that the server answers until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(30):
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause_s)
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize("begun", [b"", b"\r\n\r\n", b"GET", REQUEST, POST + b"Content-Length: 10\r\n\r\nabc"])
async def test_a_request_that_does_not_go_on_is_given_up(begun: bytes) -> None:
    async with _serving(request_s=PATIENCE_S) as port:
        began = asyncio.get_running_loop().time()
        assert await _told(port, begun) == b""
        assert PATIENCE_S <= asyncio.get_running_loop().time() - began < LONG_S


async def test_drops_now_and_then_are_no_request() -> None:
    async with _serving(request_s=PATIENCE_S) as port:
        drops = [b"X: y\r\n"] * 40
        began = asyncio.get_running_loop().time()
        assert await _told(port, REQUEST, *drops, pause_s=0.05) == b""
        assert asyncio.get_running_loop().time() - began < LONG_S


@pytest.mark.parametrize(
    "endless",
    [
        REQUEST + b"X: " + b"y" * (4 * MOST_HEAD),
        REQUEST + b"X: y\r\n" * MOST_HEAD,
        b"GET /" + b"y" * (4 * MOST_HEAD),
        POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * MOST_HEAD,
    ],
    ids=["one header", "many headers", "line", "trailers"],
)
async def test_more_headers_than_a_browser_sends_are_not_kept(endless: bytes) -> None:
    async with _serving() as port:
        answer = await _told(port, endless)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
        assert b"200" not in answer[:20]


async def test_what_ordinary_programs_do_goes_on() -> None:
    async with _serving() as port, httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        for _ in range(300):  # on one connection, with headers of more than the bound together
            assert (await client.get("/", headers={"Cookie": "x" * 1000})).text == "0"
        large = b"x" * (4 * MOST_HEAD)
        assert (await client.post("/", content=large)).text == str(len(large))

        async def in_parts() -> AsyncIterator[bytes]:
            for _ in range(4):
                yield b"x" * MOST_HEAD

        assert (await client.post("/", content=in_parts())).text == str(len(large))


async def test_an_answer_may_take_its_time() -> None:
    async with _serving(request_s=PATIENCE_S) as port:
        answer = await _told(port, b"GET /?after=1.0 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(("proxies", "more"), [((), False), (("127.0.0.0/8",), True)])
async def test_one_address_holds_some_connections_and_a_proxy_many(proxies: tuple[str, ...], more: bool) -> None:
    async with _serving(*proxies) as port, AsyncExitStack() as stack:

        def close(writer: asyncio.StreamWriter) -> Callable[[], None]:
            return lambda: writer.close()

        for _ in range(MOST):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            stack.callback(close(writer))
        await asyncio.sleep(0.1)
        with capture_logs() as logs:
            for _ in range(3):
                answer = await _told(port, REQUEST + b"Connection: close\r\n\r\n")
                assert answer.startswith(b"HTTP/1.1 200") is more
        assert [line["event"] for line in logs] == ([] if more else ["too_many_connections"] * 3)


async def test_connections_that_were_given_up_are_not_counted() -> None:
    async with _serving(request_s=PATIENCE_S) as port:
        for _ in range(2):
            silent = [_told(port) for _ in range(MOST)]
            assert await asyncio.gather(*silent) == [b""] * MOST
        assert (await _told(port, REQUEST + b"Connection: close\r\n\r\n")).startswith(b"HTTP/1.1 200")


async def test_the_console_has_these_bounds(server: Server) -> None:
    port = server.web.settings.console.port
    answer = await _told(port, REQUEST + b"X: " + b"y" * (4 * MOST_HEAD))
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400")


async def test_garbage_does_not_fill_the_log_and_its_sender_is_named(caplog: pytest.LogCaptureFixture) -> None:
    async with _serving() as port:
        with capture_logs() as lines:
            for _ in range(MOST_OF_ONE + 5):
                assert (await _told(port, b"nonsense\r\n\r\n")).startswith(b"HTTP/1.1 400")
    assert [line["event"] for line in lines] == ["bad_request"] * MOST_OF_ONE
    assert lines[0]["address"] == "127.0.0.1" and not caplog.messages
