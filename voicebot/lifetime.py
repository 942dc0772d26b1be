"""Runs one process's work until it is told to stop: SIGTERM, Ctrl-C, a terminal that is closed, or the supervisor's
death.
"""

import asyncio
import os
import signal
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from typing import Any

SUPERVISOR_CHECK_S = 1.0


class _Stop(Exception):
    """Ends the task group."""


async def run_until_stopped(work: Coroutine[Any, Any, None], *, supervisor_pid: int | None = None) -> None:
    """Cancels `work` on a signal and lets it clean up; returns when it is done. Errors of `work` are raised."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # as nohup has it
            loop.add_signal_handler(number, stop.set)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_watch(stop, supervisor_pid))
            tasks.create_task(_finish(work))
    except ExceptionGroup as group:
        # Not with `except*`: what is raised in such a block gets a group around it again.
        failure = next((error for error in plain_errors(group) if not isinstance(error, _Stop)), None)
        if failure is not None:
            raise failure from None


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


def plain_errors(group: ExceptionGroup[Exception]) -> Iterator[Exception]:
    """The errors themselves, out of the groups that nested task groups put around them."""
    for error in group.exceptions:
        if isinstance(error, ExceptionGroup):
            yield from plain_errors(error)
        else:
            yield error
