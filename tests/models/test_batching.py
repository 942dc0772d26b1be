"""Guards the queue before a model: every request gets its own answer, the urgent go first, what nobody waits for any
more is not computed, and one bad batch does not stop the next."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Hashable, Sequence

import pytest

from models.asr import Priority
from models.batching import BatchQueue, DeadlineExceeded, QueueFull, Superseded


class Model:
    """Doubles numbers. Its thread waits at the gate, so that a test decides when a batch is done."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = threading.Semaphore(0)

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        assert self.gate.acquire(timeout=30)
        if -1 in items:
            raise ValueError("cannot double -1")
        return [2 * item for item in items]

    def finish(self, batches: int) -> None:
        for _ in range(batches):
            self.gate.release()


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
async def queue(model: Model) -> AsyncIterator[BatchQueue[int, int]]:
    queue = BatchQueue[int, int](model, max_batch=4, max_waiting=6)
    yield queue
    model.finish(10)
    queue.close()


async def submitted(
    queue: BatchQueue[int, int], item: int, priority: Priority = Priority.FINAL, key: Hashable | None = None
) -> "asyncio.Task[int]":
    task = asyncio.ensure_future(queue.submit(item, priority=priority, key=key))
    await asyncio.sleep(0)
    return task


async def test_what_gathers_behind_a_running_batch_goes_as_one(model: Model, queue: BatchQueue[int, int]) -> None:
    tasks = [await submitted(queue, item) for item in range(5)]
    model.finish(2)
    assert await asyncio.gather(*tasks) == [0, 2, 4, 6, 8]
    assert model.batches == [[0], [1, 2, 3, 4]]
    assert queue.stats().batches == 2
    assert queue.stats().mean_batch == 2.5


async def test_a_batch_is_never_larger_than_the_model_wants(model: Model, queue: BatchQueue[int, int]) -> None:
    tasks = [await submitted(queue, item) for item in range(7)]
    model.finish(3)
    await asyncio.gather(*tasks)
    assert [len(batch) for batch in model.batches] == [1, 4, 2]


async def test_the_urgent_go_first_and_equals_in_order(model: Model, queue: BatchQueue[int, int]) -> None:
    first = await submitted(queue, 9)
    priorities = {1: Priority.SPECULATIVE, 2: Priority.SPECULATIVE, 3: Priority.FINAL, 4: Priority.FINAL}
    tasks = [await submitted(queue, item, priority) for item, priority in priorities.items()]
    model.finish(2)
    await asyncio.gather(first, *tasks)
    assert model.batches == [[9], [3, 4, 1, 2]]


async def test_partial_results_never_ride_in_a_more_urgent_batch(model: Model, queue: BatchQueue[int, int]) -> None:
    first = await submitted(queue, 9)
    priorities = {1: Priority.PARTIAL, 2: Priority.PARTIAL, 3: Priority.SPECULATIVE}
    tasks = [await submitted(queue, item, priority) for item, priority in priorities.items()]
    model.finish(3)
    await asyncio.gather(first, *tasks)
    assert model.batches == [[9], [3], [1, 2]]


async def test_items_unlike_the_most_urgent_one_wait_for_the_next_batch(model: Model) -> None:
    queue = BatchQueue[int, int](model, max_batch=3, alike=lambda first, other: abs(first - other) < 10)
    tasks = [await submitted(queue, item) for item in (0, 1, 50, 2, 51, 3, 4)]
    model.finish(5)
    assert await asyncio.gather(*tasks) == [0, 2, 100, 4, 102, 6, 8]
    assert model.batches == [[0], [1, 2, 3], [50, 51], [4]]
    queue.close()


async def test_a_newer_partial_takes_the_place_of_the_one_that_waits(model: Model, queue: BatchQueue[int, int]) -> None:
    first = await submitted(queue, 9)
    older, other_call, newer = [
        await submitted(queue, item, Priority.PARTIAL, key) for item, key in ((1, "a"), (2, "b"), (3, "a"))
    ]
    with pytest.raises(Superseded):
        await older
    model.finish(2)
    assert [await task for task in (first, other_call, newer)] == [18, 4, 6]
    assert model.batches == [[9], [2, 3]]


async def test_the_end_of_an_utterance_drops_its_partials_but_no_partial_drops_it(
    model: Model, queue: BatchQueue[int, int]
) -> None:
    first = await submitted(queue, 9)
    partial = await submitted(queue, 1, Priority.PARTIAL, "a")
    speculative = await submitted(queue, 2, Priority.SPECULATIVE, "a")
    late = await submitted(queue, 3, Priority.PARTIAL, "a")
    with pytest.raises(Superseded):
        await partial
    model.finish(3)
    assert [await task for task in (first, speculative, late)] == [18, 4, 6]


async def test_what_runs_already_is_not_replaced(model: Model, queue: BatchQueue[int, int]) -> None:
    running = await submitted(queue, 1, Priority.PARTIAL, "a")
    newer = await submitted(queue, 2, Priority.PARTIAL, "a")
    model.finish(2)
    assert [await task for task in (running, newer)] == [2, 4]


async def test_a_pause_that_became_the_end_of_the_turn_overtakes_others(
    model: Model, queue: BatchQueue[int, int]
) -> None:
    narrow = BatchQueue[int, int](model, max_batch=1)
    tasks = [await submitted(narrow, item, Priority.SPECULATIVE, item) for item in range(4)]
    narrow.promote(3, Priority.FINAL)
    narrow.promote(2, Priority.PARTIAL)  # never less urgent
    narrow.promote("unknown", Priority.FINAL)
    model.finish(4)
    await asyncio.gather(*tasks)
    assert model.batches == [[0], [3], [1], [2]]
    narrow.close()


async def test_a_cancelled_request_is_not_computed(model: Model, queue: BatchQueue[int, int]) -> None:
    tasks = [await submitted(queue, item) for item in range(3)]
    tasks[1].cancel()
    await asyncio.sleep(0)
    model.finish(2)
    assert [await tasks[0], await tasks[2]] == [0, 4]
    assert model.batches == [[0], [2]]


async def test_a_request_past_its_deadline_is_told_and_not_computed(model: Model, queue: BatchQueue[int, int]) -> None:
    first = await submitted(queue, 1)
    with pytest.raises(DeadlineExceeded, match=r"0\.05 s"):
        await queue.submit(2, deadline_s=0.05)
    third = await submitted(queue, 3)
    model.finish(2)
    assert [await first, await third] == [2, 6]
    assert model.batches == [[1], [3]]


async def test_a_deadline_that_passed_unnoticed_still_counts(model: Model, queue: BatchQueue[int, int]) -> None:
    """The loop was busy until after the deadline, and the running batch ends before the deadline's timer is served."""
    first = await submitted(queue, 1)
    late = asyncio.ensure_future(queue.submit(2, deadline_s=0.05))
    await asyncio.sleep(0)
    model.finish(1)
    time.sleep(0.1)  # noqa: ASYNC251 - the loop is held up on purpose
    with pytest.raises(DeadlineExceeded):
        await late
    assert await first == 2
    assert model.batches == [[1]]


async def test_a_model_that_hangs_is_seen_in_the_figures_before_it_answers(
    model: Model, queue: BatchQueue[int, int]
) -> None:
    tasks = [await submitted(queue, item) for item in range(3)]
    await asyncio.sleep(0.1)
    stats = queue.stats()
    assert stats.waiting == 2 and stats.batches == 0
    assert stats.p95_wait_ms >= 90 and stats.p95_run_ms >= 90
    assert stats.mean_wait_ms == stats.mean_run_ms == 0
    model.finish(2)
    await asyncio.gather(*tasks)


async def test_a_failing_batch_fails_its_requests_and_not_the_next(model: Model, queue: BatchQueue[int, int]) -> None:
    bad = await submitted(queue, -1)
    good = await submitted(queue, 5)
    model.finish(2)
    with pytest.raises(ValueError, match="cannot double"):
        await bad
    assert await good == 10


async def test_a_full_queue_turns_the_new_one_away_unless_it_is_more_urgent(
    model: Model, queue: BatchQueue[int, int]
) -> None:
    running = await submitted(queue, 0)
    speculative = [await submitted(queue, item, Priority.SPECULATIVE) for item in range(1, 7)]
    with pytest.raises(QueueFull):
        await queue.submit(7, priority=Priority.PARTIAL)
    final = await submitted(queue, 8)
    with pytest.raises(QueueFull, match="more urgent"):
        await speculative[-1]
    model.finish(3)
    assert [await running, await final] == [0, 16]
    assert model.batches[1][0] == 8


async def test_a_model_that_answers_too_few_is_an_error_and_nobody_waits_for_ever() -> None:
    queue = BatchQueue[int, int](lambda items: [], max_batch=4)
    with pytest.raises(RuntimeError, match="0 answers to 1"):
        await queue.submit(1)
    queue.close()


async def test_closing_ends_every_wait(model: Model) -> None:
    queue = BatchQueue[int, int](model, max_batch=1)
    tasks = [await submitted(queue, item) for item in range(3)]
    queue.close()
    model.finish(1)
    assert await tasks[0] == 0
    for task in tasks[1:]:
        with pytest.raises(QueueFull, match="shutting down"):
            await task
    with pytest.raises(QueueFull, match="shutting down"):
        await queue.submit(1)
