"""Real brokers for tests, each a process of its own that can be killed and started again on its port; and waiting."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from voicebot.config import EventSection
from voicebot.free_ports import free_ports


class BrokerProcess:
    """`start`, `kill` (SIGKILL), `start` again: the same port each time. Runs inside `async with`."""

    def __init__(self, command: list[str], port: int) -> None:
        self._command = command
        self.port = port
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> BrokerProcess:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        async with asyncio.timeout(60):
            while not await self._listens():  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
            await self._process.wait()

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True


def mosquitto(program: str, folder: Path, *, settings: str = "allow_anonymous true") -> BrokerProcess:
    (port,) = free_ports(1)
    file = folder / "mosquitto.conf"
    file.write_text(f"listener {port} 127.0.0.1\n{settings}\nuser root\npersistence false\n")
    return BrokerProcess([program, "-c", str(file)], port)


def embedded() -> BrokerProcess:
    (port,) = free_ports(1)
    serve = f"import asyncio; from voicebot.broker import serve_broker; asyncio.run(serve_broker({port}))"
    return BrokerProcess([sys.executable, "-c", serve], port)


def settings_for(port: int, **more: object) -> EventSection:
    given = {"broker": f"mqtt://127.0.0.1:{port}", "node": "here"}
    return EventSection.model_validate(given | more)


@contextlib.asynccontextmanager
async def running(*coroutines: object) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(each) for each in coroutines]  # type: ignore[call-overload]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(each, asyncio.CancelledError) for each in ended), ended


async def until(condition: Callable[[], bool], within_s: float = 60) -> None:
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - what is awaited happens in another process
            await asyncio.sleep(0.02)
