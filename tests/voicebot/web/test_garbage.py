"""What strangers send, whatever it is, is answered or dropped: it is no error of ours and fills no log."""

import asyncio
import logging
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from tests.voicebot.web.running import Server

POST = b"POST /sign-in HTTP/1.1\r\nHost: HERE\r\nOrigin: http://HERE\r\n"
GET = b"GET /sign-in HTTP/1.1\r\nHost: HERE\r\nOrigin: http://HERE\r\n"
FORM = POST + b"Content-Type: application/x-www-form-urlencoded\r\n"
PARTS = POST + b"Content-Type: multipart/form-data; boundary=x\r\n"
SOCKET = b"GET /live HTTP/1.1\r\nHost: HERE\r\nOrigin: http://HERE\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
KEY = b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        FORM + b"Content-Length: 100\r\n\r\nname=x",
        FORM + b"Content-Length: 28\r\n\r\nname=\xed\xa0\x80&password=%ff%00%d8",
        FORM + b"Content-Length: -5\r\n\r\n",
        FORM + b"Cookie: voicebot-known=\xff.\xff; voicebot=\xff\r\nContent-Length: 17\r\n\r\nname=a&password=b",
        PARTS + b"Content-Length: 100\r\n\r\n--x\r\n",
        PARTS + b"Content-Length: 10\r\n\r\n0123456789",
        POST + b"Content-Type: multipart/form-data\r\nContent-Length: 10\r\n\r\n0123456789",
        SOCKET + b"\r\n",
        SOCKET + KEY + b"\r\n",
        SOCKET + KEY + b"Sec-WebSocket-Extensions: ;;;=\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: [\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: HERE\r\nOrigin: http://[\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: HERE\r\n\r\n",
        GET + b"Accept-Language: \xff;q=z,,;;q=\r\n\r\n",
        GET + b"Cookie: \xff=\xfe\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: HERE\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
    ],
)
@pytest.mark.parametrize("waits", [True, False])
async def test_no_garbage_is_an_error_of_ours(
    server: Server, caplog: pytest.LogCaptureFixture, sent: bytes, waits: bool
) -> None:
    here = f"127.0.0.1:{server.web.settings.console.port}"
    answer = b""
    with capture_logs() as lines:
        reader, writer = await asyncio.open_connection(*here.split(":"))
        writer.write(sent.replace(b"HERE", here.encode()))
        await writer.drain()
        if waits:
            with suppress(TimeoutError, ConnectionError):
                answer = await asyncio.wait_for(reader.read(100), 0.3)
        writer.close()
        await asyncio.sleep(0.1)
    assert not answer.startswith(b"HTTP/1.1 5")
    assert not [line for line in caplog.records if line.levelno >= logging.ERROR]
    assert not [line for line in lines if line["log_level"] == "error"]


async def test_who_leaves_while_a_page_is_being_connected_is_no_error_either(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    await server.add("boss")
    here = f"127.0.0.1:{server.web.settings.console.port}"
    async with server.signed_in() as browser:
        cookie = f"Cookie: {server.web.cookie}={browser.cookies[server.web.cookie]}\r\n\r\n"
    for _ in range(20):
        _, writer = await asyncio.open_connection(*here.split(":"))
        writer.write((SOCKET + KEY).replace(b"HERE", here.encode()) + cookie.encode())
        await writer.drain()
        writer.close()
    await asyncio.sleep(1)
    assert not [line for line in caplog.records if line.levelno >= logging.ERROR]
