"""Time in the harness is counted: waiting takes none, work takes none, and order is that of the timers."""

import asyncio
import time

from voicebot.bench.turns import counted_time


def test_an_hour_of_waiting_is_over_at_once_and_the_clock_says_an_hour() -> None:
    async def wait() -> float:
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time()

    assert counted_time.run(wait()) == 3600


def test_work_that_is_handed_to_a_thread_takes_no_time_and_is_done_in_order() -> None:
    async def work() -> tuple[float, list[str]]:
        done = ["before"]
        await asyncio.to_thread(lambda: (time.sleep(0.01), done.append("work")))
        done.append("after")
        return asyncio.get_running_loop().time(), done

    assert counted_time.run(work()) == (0.0, ["before", "work", "after"])


def test_what_is_due_first_happens_first() -> None:
    async def three() -> list[int]:
        order: list[int] = []

        async def at(seconds: int) -> None:
            await asyncio.sleep(seconds)
            order.append(seconds)

        await asyncio.gather(at(3), at(1), at(2))
        return order

    assert counted_time.run(three()) == [1, 2, 3]
