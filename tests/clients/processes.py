"""Waits for a child process to listen, and ends it for certain."""

import asyncio
from pathlib import Path

_UDP = Path("/proc/net/udp")


async def until_it_listens(port: int, process: asyncio.subprocess.Process) -> None:
    """To datagrams on a port that nobody else has; AssertionError where it ends instead."""
    async with asyncio.timeout(60):
        while f":{port:04X} " not in await asyncio.to_thread(_UDP.read_text):
            assert process.returncode is None, f"ended ({process.returncode}) before it listened on {port}"
            await asyncio.sleep(0.05)


async def stop(process: asyncio.subprocess.Process, grace_s: float = 2.0) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(grace_s):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
