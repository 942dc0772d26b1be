"""One queue per model: what waits goes to the model's only thread as one batch, the most urgent first.

While a batch runs, requests gather; when it is done, the next batch is taken from what gathered. Nothing ever waits for
a batch to fill.
"""

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import Final, Generic, TypeVar

from models.asr import Priority

In = TypeVar("In")
Out = TypeVar("Out")

MAX_WAITING: Final = 256
_REMEMBERED: Final = 200
"""Batches that the statistics look back on."""


class QueueFull(RuntimeError):
    """The model is so far behind that a request was turned away. The most urgent are turned away last."""


class DeadlineExceeded(TimeoutError):
    """A request's time was over before the model had an answer."""


@dataclass(frozen=True, slots=True)
class BatchStats:
    """How a queue did over its last batches. Times in milliseconds."""

    waiting: int
    batches: int
    """Since the start."""
    mean_batch: float
    mean_wait_ms: float
    """From submission until the batch began."""
    mean_run_ms: float
    """Time in the model."""


@dataclass(order=True, slots=True)
class _Request(Generic[In, Out]):
    priority: Priority
    number: int
    item: In = field(compare=False)
    answer: "asyncio.Future[Out]" = field(compare=False)
    submitted_s: float = field(compare=False)


class BatchQueue(Generic[In, Out]):
    """Collects requests of many calls for one model. To be used from one event loop."""

    def __init__(
        self,
        run_batch: Callable[[Sequence[In]], Sequence[Out]],
        *,
        max_batch: int,
        max_waiting: int = MAX_WAITING,
    ) -> None:
        """run_batch: called with 1 to max_batch items in the model's thread, returns as many answers in order."""
        self._run_batch = run_batch
        self._max_batch = max_batch
        self._max_waiting = max_waiting
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="model")
        self._waiting: list[_Request[In, Out]] = []
        self._numbers = count()
        self._running = False
        self._closed = False
        self._batches = 0
        self._recent: deque[tuple[int, float, float]] = deque(maxlen=_REMEMBERED)  # size, mean wait s, run s

    async def submit(self, item: In, *, priority: Priority = Priority.FINAL, deadline_s: float | None = None) -> Out:
        """The model's answer. deadline_s: time from now after which it is of no use.

        Cancelling drops the request if it still waits. Raises QueueFull or DeadlineExceeded, or what the model raised.
        """
        if self._closed:
            raise QueueFull("the model is shutting down")
        self._make_room(priority)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Out] = loop.create_future()
        heapq.heappush(self._waiting, _Request(priority, next(self._numbers), item, answer, loop.time()))
        self._start_batch(loop)
        try:
            async with asyncio.timeout(deadline_s):
                return await answer
        except TimeoutError as error:
            if answer.cancelled():
                raise DeadlineExceeded(f"no answer from the model within {deadline_s:g} s") from error
            raise

    def stats(self) -> BatchStats:
        """Figures of the last batches."""
        recent = self._recent
        requests = sum(size for size, _, _ in recent)
        return BatchStats(
            waiting=len(self._waiting),
            batches=self._batches,
            mean_batch=requests / max(len(recent), 1),
            mean_wait_ms=1000 * sum(size * wait_s for size, wait_s, _ in recent) / max(requests, 1),
            mean_run_ms=1000 * sum(run_s for _, _, run_s in recent) / max(len(recent), 1),
        )

    def close(self) -> None:
        """Drops what waits and lets the thread end after its batch."""
        self._closed = True
        for request in self._waiting:
            if not request.answer.done():
                request.answer.set_exception(QueueFull("the model is shutting down"))
        self._waiting.clear()
        self._executor.shutdown(wait=False)

    def _make_room(self, priority: Priority) -> None:
        self._waiting = [request for request in self._waiting if not request.answer.done()]
        heapq.heapify(self._waiting)
        if len(self._waiting) < self._max_waiting:
            return
        least = max(self._waiting)
        if least.priority <= priority:
            raise QueueFull(f"{len(self._waiting)} requests wait for the model: it cannot keep up with the calls")
        least.answer.set_exception(QueueFull("dropped for a more urgent request"))
        self._waiting.remove(least)
        heapq.heapify(self._waiting)

    def _start_batch(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._running:
            return
        batch: list[_Request[In, Out]] = []
        while self._waiting and len(batch) < self._max_batch:
            request = heapq.heappop(self._waiting)
            if not request.answer.done():
                batch.append(request)
        if not batch:
            return
        self._running = True
        started_s = loop.time()
        done = loop.run_in_executor(self._executor, self._run_batch, [request.item for request in batch])
        done.add_done_callback(lambda future: self._finish(loop, batch, started_s, future))

    def _finish(
        self,
        loop: asyncio.AbstractEventLoop,
        batch: list[_Request[In, Out]],
        started_s: float,
        done: "asyncio.Future[Sequence[Out]]",
    ) -> None:
        self._running = False
        self._batches += 1
        wait_s = sum(started_s - request.submitted_s for request in batch) / len(batch)
        self._recent.append((len(batch), wait_s, loop.time() - started_s))
        error = QueueFull("the model is shutting down") if done.cancelled() else done.exception()
        if not error and len(done.result()) != len(batch):
            error = RuntimeError(f"the model gave {len(done.result())} answers to {len(batch)} requests")
        for index, request in enumerate(batch):
            if request.answer.done():
                continue
            if error:
                request.answer.set_exception(error)
            else:
                request.answer.set_result(done.result()[index])
        if not self._closed:
            self._start_batch(loop)
