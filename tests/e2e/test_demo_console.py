"""At a terminal the demo opens its console for the accounts that it names, and stays up until Ctrl-C."""

import asyncio
import os
import pty
import re
import signal
import sys
import tempfile
from pathlib import Path

import httpx2
import pytest

from tests.clients.processes import stop


async def test_the_demo_s_console_lets_its_accounts_in_until_ctrl_c() -> None:
    with tempfile.TemporaryDirectory() as folder:  # shorter than pytest's: a socket's path has 107 bytes
        await _watch_the_demo(Path(folder))


async def _watch_the_demo(folder: Path) -> None:
    terminal, inside = pty.openpty()
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voicebot", "demo", "--only", "wang_fang_chengdu"),
        stdin=inside,
        stdout=inside,
        stderr=inside,
        env={**os.environ, "VOICEBOT_DATA_DIR": str(folder), "COLUMNS": "200"},
    )
    os.close(inside)
    try:
        said = await _until(terminal, "password: ([a-z0-9-]+)")
        url, password = re.findall(r"http://[0-9.:]+", said)[0], re.findall(r"password: ([a-z0-9-]+)", said)[0]
        headers = {"Origin": url, "Accept": "text/html"}
        async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=60) as browser:
            for name in ("admin", "supervisor", "agent"):
                answer = await browser.post("/sign-in", data={"name": name, "password": password})
                assert answer.status_code == 303 and name in said
            await _until(terminal, f"(?s)Ctrl-C.*{password}")  # said again, where it has scrolled away
            listed = await browser.get("/calls", follow_redirects=True)
            assert listed.status_code == 200
        demo.send_signal(signal.SIGINT)
        async with asyncio.timeout(60):
            assert await demo.wait() == 0
    finally:
        await stop(demo)
        os.close(terminal)


async def _until(terminal: int, pattern: str) -> str:
    """What is printed up to a line with this pattern."""
    said = ""
    async with asyncio.timeout(300):
        while not re.search(pattern, said):
            try:
                said += (await asyncio.to_thread(os.read, terminal, 4096)).decode(errors="replace")
            except OSError:  # nobody holds the other end any more
                pytest.fail(f"the demo ended before it said {pattern!r}; it said: {said}")
    return said
