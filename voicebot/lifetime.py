"""Runs one process's work until it is told to stop: SIGTERM, Ctrl-C, or the supervisor's death."""

import asyncio
import os
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

SUPERVISOR_CHECK_S = 1.0


class _Stop(Exception):
    """Ends the task group."""


async def run_until_stopped(work: Coroutine[Any, Any, None], *, supervisor_pid: int | None = None) -> None:
    """Cancels `work` on a signal and lets it clean up; returns when it is done. Errors of `work` are raised."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_watch(stop, supervisor_pid))
            tasks.create_task(_finish(work))
    except* _Stop:
        pass
    except* Exception as failed:  # noqa: BLE001 - raised again, without the group around it
        raise _first(failed) from None


async def _finish(work: Coroutine[Any, Any, None]) -> None:
    await work
    raise _Stop


async def _watch(stop: asyncio.Event, supervisor_pid: int | None) -> None:
    while not stop.is_set():
        with suppress(TimeoutError):
            async with asyncio.timeout(SUPERVISOR_CHECK_S):
                await stop.wait()
        if supervisor_pid is not None and os.getppid() != supervisor_pid:
            break  # left alone: without the supervisor nobody would ever stop this process
    raise _Stop


def _first(group: ExceptionGroup[Exception]) -> Exception:
    """The error itself, out of the groups that nested task groups put around it; the others followed from it."""
    first = group.exceptions[0]
    return _first(first) if isinstance(first, ExceptionGroup) else first
