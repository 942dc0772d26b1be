"""Guards the clock that conversation tests stand on: virtual time passes exactly as asked, in no real time."""

import asyncio
import time

import pytest

from tests.virtual_time import Stuck, in_virtual_time, run_in_virtual_time


@in_virtual_time
async def test_an_hour_passes_at_once_and_to_the_millisecond() -> None:
    loop, real = asyncio.get_running_loop(), time.monotonic()
    await asyncio.sleep(3600)
    assert loop.time() == pytest.approx(3600, abs=1e-3)
    assert time.monotonic() - real < 60


@in_virtual_time
async def test_timers_fire_in_order_each_at_its_own_time() -> None:
    loop, seen = asyncio.get_running_loop(), []

    async def note(after_s: float) -> None:
        await asyncio.sleep(after_s)
        seen.append((after_s, round(loop.time(), 3)))

    async with asyncio.TaskGroup() as tasks:
        for after_s in (5.0, 0.02, 30.0, 0.02, 1.5):
            tasks.create_task(note(after_s))
    assert seen == [(0.02, 0.02), (0.02, 0.02), (1.5, 1.5), (5.0, 5.0), (30.0, 30.0)]


@in_virtual_time
async def test_time_does_not_pass_while_a_thread_works() -> None:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(1):
        await asyncio.to_thread(time.sleep, 0.05)
    assert loop.time() < 1


@in_virtual_time
async def test_a_timeout_expires_in_virtual_time() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(60):
            await asyncio.Event().wait()
    assert asyncio.get_running_loop().time() == pytest.approx(60, abs=1e-3)


def test_waiting_for_what_never_comes_is_an_error_not_a_hang() -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Stuck):
        run_in_virtual_time(wait(), patience_s=0.1)
