"""A loop's long stretches of work are told, and its waiting is not."""

import asyncio
import time

from voicebot.loop_watch import LONG_S, WatchedSelector


def test_work_is_told_and_waiting_is_not() -> None:
    stretches: list[float] = []

    async def scenario() -> None:
        await asyncio.sleep(0.5)
        until = time.thread_time() + 0.03
        while time.thread_time() < until:
            pass
        await asyncio.sleep(0)

    selector = WatchedSelector(stretches.append)
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
        runner.run(scenario())
    assert max(stretches) >= 0.03
    assert all(LONG_S < worked_s < 0.4 for worked_s in stretches)
