"""An event loop whose clock jumps to the next timer: long conversations in milliseconds, the same every time.

    @in_virtual_time
    async def test_silence_is_asked_about_after_eight_seconds() -> None:
        await asyncio.sleep(8)          # returns at once; loop.time() says 8.0

Time stands still while anything is ready to run or a thread is at work, and jumps when all are waiting.
Real I/O works, but takes no virtual time: a timeout on it expires at once when nothing has come yet.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
_THREAD_POLL_S = 0.005


class Stuck(Exception):
    """Everything waits, and nothing is due that could wake it."""


class _JumpingSelector(selectors.DefaultSelector):
    """Instead of sleeping until the next timer, tells the loop to be there."""

    def __init__(self) -> None:
        super().__init__()
        self.patience_s = 0.0
        self.jump: Callable[[float], None] = lambda seconds: None
        self.threads_at_work: Callable[[], bool] = lambda: False

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if self.threads_at_work():
            return super().select(_THREAD_POLL_S)
        if timeout is not None:
            self.jump(timeout)
            return []
        if ready := super().select(self.patience_s):  # I/O, or a thread that the loop did not start itself
            return ready
        raise Stuck("every task waits for something that nothing brings")


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """`patience_s` is real time: how long to wait, with no timer left, before the loop calls itself stuck."""

    def __init__(self, patience_s: float = 30.0) -> None:
        selector = _JumpingSelector()
        selector.patience_s = patience_s
        self._virtual_now = 0.0
        self._threads: set[asyncio.Future[Any]] = set()
        super().__init__(selector)
        selector.jump = self._jump
        selector.threads_at_work = lambda: bool(self._threads)

    def time(self) -> float:
        return self._virtual_now

    def _jump(self, seconds: float) -> None:
        self._virtual_now += max(0.0, seconds)

    def run_in_executor(  # type: ignore[override]
        self, executor: concurrent.futures.Executor | None, function: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        future = super().run_in_executor(executor, function, *args)
        self._threads.add(future)
        future.add_done_callback(self._threads.discard)
        return future


def run_in_virtual_time(coroutine: Coroutine[Any, Any, T], *, patience_s: float = 30.0) -> T:
    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(patience_s)) as runner:
        return runner.run(coroutine)


def in_virtual_time(test: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Makes an async test one that runs in virtual time, from zero."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return run_in_virtual_time(test(*args, **kwargs))

    return run
