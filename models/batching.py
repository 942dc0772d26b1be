"""One queue per model: what waits goes to the model's only thread as one batch, the most urgent first.

While a batch runs, requests gather; when it is done, the next batch is taken from what gathered. Nothing ever waits for
a batch to fill, and nothing runs that nobody waits for any more.
"""

import asyncio
import heapq
import math
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import Final, Generic, TypeVar

from models.asr import Priority
from models.batch_stats import BatchStats, RecentBatches

In = TypeVar("In")
Out = TypeVar("Out")

MAX_WAITING: Final = 256


class QueueFull(RuntimeError):
    """The model is so far behind that a request was turned away. The most urgent are turned away last."""


class DeadlineExceeded(TimeoutError):
    """A request's time was over before the model had an answer."""


class Superseded(RuntimeError):
    """A newer request under the same key made this one superfluous while it waited."""


@dataclass(order=True, slots=True)
class _Request(Generic[In, Out]):
    priority: Priority
    number: int
    item: In = field(compare=False)
    answer: "asyncio.Future[Out]" = field(compare=False)
    submitted_s: float = field(compare=False)
    ends_s: float = field(compare=False)
    key: Hashable | None = field(compare=False)

    def wanted(self, now: float) -> bool:
        """Whether somebody still waits for the answer; one past its deadline is about to be told."""
        return not self.answer.done() and now < self.ends_s


class BatchQueue(Generic[In, Out]):
    """Collects requests of many calls for one model. To be used from one event loop."""

    def __init__(
        self,
        run_batch: Callable[[Sequence[In]], Sequence[Out]],
        *,
        max_batch: int,
        max_waiting: int = MAX_WAITING,
        alike: Callable[[In, In], bool] = lambda first, other: True,
    ) -> None:
        """run_batch: called with 1 to max_batch items in the model's thread, returns as many answers in order.

        alike: whether an item may share the batch of the most urgent one; all answers of a batch come at its end.
        """
        self._run_batch = run_batch
        self._max_batch = max_batch
        self._max_waiting = max_waiting
        self._alike = alike
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="model")
        self._waiting: list[_Request[In, Out]] = []
        self._numbers = count()
        self._running_since: float | None = None
        self._closed = False
        self._recent = RecentBatches()

    async def submit(
        self,
        item: In,
        *,
        priority: Priority = Priority.FINAL,
        deadline_s: float | None = None,
        key: Hashable | None = None,
    ) -> Out:
        """The model's answer. deadline_s: time from now after which it is of no use.

        key: what the request is about, such as one utterance of a call. A newer request under the same key drops
        those that wait, unless they are more urgent; `promote` finds them by it.
        Cancelling drops the request if it still waits. Raises QueueFull, DeadlineExceeded or Superseded, or what the
        model raised.
        """
        if self._closed:
            raise QueueFull("the model is shutting down")
        self._supersede(key, priority)
        self._make_room(priority)
        loop = asyncio.get_running_loop()
        now = loop.time()
        answer: asyncio.Future[Out] = loop.create_future()
        ends_s = math.inf if deadline_s is None else now + deadline_s
        heapq.heappush(self._waiting, _Request(priority, next(self._numbers), item, answer, now, ends_s, key))
        self._start_batch(loop)
        try:
            async with asyncio.timeout(deadline_s):
                return await answer
        except TimeoutError as error:
            if answer.cancelled():
                raise DeadlineExceeded(f"no answer from the model within {deadline_s:g} s") from error
            raise

    def promote(self, key: Hashable, priority: Priority) -> None:
        """Makes what waits under a key at least this urgent: a caller's pause became the end of the turn."""
        for request in self._waiting:
            if request.key == key:
                request.priority = min(request.priority, priority)
        heapq.heapify(self._waiting)

    def stats(self) -> BatchStats:
        """Figures of the last seconds."""
        now = asyncio.get_running_loop().time()
        waiting_s = [now - request.submitted_s for request in self._waiting if request.wanted(now)]
        running_s = [] if self._running_since is None else [now - self._running_since]
        return self._recent.stats(waiting_s=waiting_s, running_s=running_s, now=now)

    def close(self) -> None:
        """Drops what waits and lets the thread end after its batch."""
        self._closed = True
        for request in self._waiting:
            if not request.answer.done():
                request.answer.set_exception(QueueFull("the model is shutting down"))
        self._waiting.clear()
        self._executor.shutdown(wait=False)

    def _supersede(self, key: Hashable | None, priority: Priority) -> None:
        for request in self._waiting:
            if key is not None and request.key == key and request.priority >= priority and not request.answer.done():
                request.answer.set_exception(Superseded("a newer request took its place"))

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
        if self._running_since is not None:
            return
        batch = self._next_batch(loop.time())
        if not batch:
            return
        self._running_since = loop.time()
        done = loop.run_in_executor(self._executor, self._run_batch, [request.item for request in batch])
        done.add_done_callback(lambda future: self._finish(loop, batch, future))

    def _next_batch(self, now: float) -> list[_Request[In, Out]]:
        """The most urgent request and those that may go with it, in order of urgency."""
        batch: list[_Request[In, Out]] = []
        passed_over = []
        while self._waiting and len(batch) < self._max_batch:
            request = heapq.heappop(self._waiting)
            if not request.wanted(now):
                continue
            if not batch or self._goes_with(batch[0], request):
                batch.append(request)
            else:
                passed_over.append(request)
        for request in passed_over:
            heapq.heappush(self._waiting, request)
        return batch

    def _goes_with(self, first: _Request[In, Out], other: _Request[In, Out]) -> bool:
        """A partial result never makes the batch of a more urgent request longer."""
        partial = other.priority is Priority.PARTIAL and first.priority is not Priority.PARTIAL
        return not partial and self._alike(first.item, other.item)

    def _finish(
        self,
        loop: asyncio.AbstractEventLoop,
        batch: list[_Request[In, Out]],
        done: "asyncio.Future[Sequence[Out]]",
    ) -> None:
        now, started_s = loop.time(), self._running_since
        assert started_s is not None
        self._running_since = None
        waits_s = [started_s - request.submitted_s for request in batch]
        self._recent.add(waits_s=waits_s, run_s=now - started_s, now=now)
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
