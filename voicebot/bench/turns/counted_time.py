"""An event loop whose time is counted, not measured: it stands still while anything runs, and jumps to the next timer.

A call of ten seconds takes as long as its models need, and its figures are the same on a fast and on a slow machine.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Jumping(selectors.DefaultSelector):
    """Instead of sleeping until the next timer, tells the loop to be there."""

    def __init__(self) -> None:
        super().__init__()
        self.jump: Callable[[float], None] = lambda seconds: None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if timeout and not ready:
            self.jump(timeout)
        return ready


class CountedTimeLoop(asyncio.SelectorEventLoop):
    """Work handed to threads is done at once and on the spot, so that its order never varies."""

    def __init__(self) -> None:
        selector = _Jumping()
        self._now_s = 0.0
        super().__init__(selector)
        selector.jump = self._jump

    def time(self) -> float:
        return self._now_s

    def _jump(self, seconds: float) -> None:
        self._now_s += seconds

    def run_in_executor(  # type: ignore[override]
        self, executor: object, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        done: asyncio.Future[T] = self.create_future()
        done.set_result(func(*args))
        return done


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs `work` from time zero; Ctrl-C cancels it."""
    with asyncio.Runner(loop_factory=CountedTimeLoop) as runner:
        return runner.run(work)
