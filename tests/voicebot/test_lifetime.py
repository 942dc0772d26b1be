"""What stops a process's work reaches it, and what breaks it comes out as the plain error."""

import asyncio
import os
import signal

import pytest

from voicebot.background import background
from voicebot.lifetime import run_until_stopped


async def test_an_error_deep_in_task_groups_comes_out_plain() -> None:
    async def fail() -> None:
        raise KeyError("deep")

    async def work() -> None:
        async with background(asyncio.sleep(60)), asyncio.TaskGroup() as tasks:
            tasks.create_task(fail())

    with pytest.raises(KeyError, match="deep"):
        await run_until_stopped(work())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_lets_the_work_clean_up(number: signal.Signals) -> None:
    cleaned = []

    async def work() -> None:
        try:
            asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), number)
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            cleaned.append(True)

    await run_until_stopped(work())
    assert cleaned == [True]


async def test_work_outlives_its_terminal_under_nohup() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGHUP)
        done: list[bool] = []

        async def work() -> None:
            await asyncio.sleep(0.2)
            done.append(True)

        await run_until_stopped(work())
    finally:
        signal.signal(signal.SIGHUP, before)
    assert done == [True]


async def test_work_ends_when_its_supervisor_is_gone() -> None:
    nobody = 2**22 - 1
    await asyncio.wait_for(run_until_stopped(asyncio.sleep(60), supervisor_pid=nobody), 30)
