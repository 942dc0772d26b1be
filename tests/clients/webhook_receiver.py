"""A program that is told of events by POST, and notes what came."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Receiver:
    """Answers with `status`, and with `hangs` not at all."""

    port: int = 0
    status: str = "204 No Content"
    hangs: bool = False
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = dict(line.split(": ", 1) for line in head[1:] if line)
            named = {name.lower(): value for name, value in headers.items()}
            self.bodies.append(await reader.readexactly(int(named["content-length"])))
            self.headers.append(named)
            if self.hangs:
                await asyncio.sleep(60)
            writer.write(
                f"HTTP/1.1 {self.status}\r\nLocation: http://127.0.0.1:1/\r\nConnection: close\r\n\r\n".encode()
            )
            await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def receiving(*, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.take, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
