"""Ends a child process for certain."""

import asyncio


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
