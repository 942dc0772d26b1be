"""The limit that is found is one that was tried and held, and the next that was tried did not."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from voicebot.bench.latency.limit import FINENESS, MOST_CALLS, Limit, find_limit


def search(true_limit: int, first: int) -> tuple[Limit, list[int]]:
    asked: list[int] = []

    async def carried(calls: int) -> bool:
        asked.append(calls)
        return calls <= true_limit

    return asyncio.run(find_limit(carried, first)), asked


@given(st.integers(0, MOST_CALLS - 1), st.integers(1, 64))
def test_the_limit_lies_between_what_held_and_what_failed(true_limit: int, first: int) -> None:
    limit, asked = search(true_limit, first)
    assert limit.fails_at is not None
    assert limit.most <= true_limit < limit.fails_at
    assert limit.fails_at - limit.most <= max(1, FINENESS * limit.most)
    assert len(set(asked)) == len(asked)
    assert limit.most == 0 or limit.most in asked
    assert min(asked) >= 1


def test_a_machine_that_carries_all_is_asked_for_no_more_than_the_most() -> None:
    limit, asked = search(10**9, 20)
    assert limit == Limit(MOST_CALLS, None)
    assert asked == [20, 40, 80, 160, 320, MOST_CALLS]
