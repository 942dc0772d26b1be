"""Every leg is ticked once per 20 ms for ever, without drift, whatever the others and the event loop do."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest

from telephony.clock import SLOTS, LatenessHistogram, MediaClock, keep_objects
from tests.virtual_time import VirtualTimeLoop, run_in_virtual_time


class Recorded:
    def __init__(self, loop: VirtualTimeLoop, then: Callable[[], None] = lambda: None) -> None:
        self.loop = loop
        self.at: list[float] = []
        self.then = then

    def tick(self) -> None:
        self.at.append(self.loop.time())
        self.then()


def stall(loop: VirtualTimeLoop, seconds: float) -> None:
    """As if a callback had held the loop for so long."""
    loop._jump(seconds)


def simulate(scenario: Callable[[VirtualTimeLoop, MediaClock], Awaitable[None]]) -> MediaClock:
    async def main() -> MediaClock:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        clock = MediaClock()
        running = asyncio.ensure_future(clock.run())
        await scenario(loop, clock)
        running.cancel()
        return clock

    return run_in_virtual_time(main())


def test_a_thousand_ticks_take_twenty_seconds_though_each_is_done_late() -> None:
    async def scenario(loop: VirtualTimeLoop, clock: MediaClock) -> None:
        leg = Recorded(loop, then=lambda: stall(loop, 0.003))
        clock.add(leg)
        await asyncio.sleep(20.01)
        assert len(leg.at) == pytest.approx(1000, abs=2)
        late = [at - leg.at[0] - 0.020 * n for n, at in enumerate(leg.at)]
        assert max(late) < 1e-6

    clock = simulate(scenario)
    assert clock.late_ms.p50 == pytest.approx(3.0, abs=0.2)


def test_legs_are_spread_over_the_phases_of_the_tick() -> None:
    async def scenario(loop: VirtualTimeLoop, clock: MediaClock) -> None:
        legs = [Recorded(loop) for _ in range(2 * SLOTS)]
        for leg in legs:
            clock.add(leg)
        await asyncio.sleep(1)
        phases = [round(leg.at[-1] % 0.020 * 1000, 3) % 20 for leg in legs]
        assert all(phases.count(phase) == 2 for phase in phases)

    simulate(scenario)


def test_a_short_stall_is_made_up_for_and_a_long_one_is_left_out() -> None:
    async def scenario(loop: VirtualTimeLoop, clock: MediaClock) -> None:
        leg = Recorded(loop)
        clock.add(leg)
        await asyncio.sleep(1)
        before = len(leg.at)
        stall(loop, 0.080)
        await asyncio.sleep(0.021)
        assert len(leg.at) - before == 5
        assert clock.skipped_ticks == 0
        before = len(leg.at)
        stall(loop, 3.0)
        await asyncio.sleep(0.021)
        assert len(leg.at) - before <= 4
        assert clock.skipped_ticks >= 145

    simulate(scenario)


def test_one_failing_leg_leaves_the_others_alone_and_is_reported_once(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ValueError("broken leg")

    async def scenario(loop: VirtualTimeLoop, clock: MediaClock) -> None:
        broken, healthy = Recorded(loop, then=fail), Recorded(loop)
        clock.add(broken)
        clock.add(healthy)
        await asyncio.sleep(1)
        assert len(healthy.at) >= 49

    simulate(scenario)
    assert [record.exc_info is not None for record in caplog.records] == [True]


def test_a_leg_removed_by_another_in_the_same_pass_is_not_ticked_again() -> None:
    async def scenario(loop: VirtualTimeLoop, clock: MediaClock) -> None:
        victim = Recorded(loop)
        killer = Recorded(loop, then=lambda: clock.remove(victim))
        clock.add(killer)
        for _ in range(SLOTS - 1):
            clock.add(Recorded(loop))
        clock.add(victim)  # shares the killer's slot, behind it
        await asyncio.sleep(1)
        assert (len(victim.at), len(killer.at) > 40) == (0, True)

    simulate(scenario)


def test_slow_legs_of_one_phase_let_the_loop_do_other_things_between_them() -> None:
    async def scenario(loop: VirtualTimeLoop, clock: MediaClock) -> None:
        legs = [Recorded(loop, then=lambda: stall(loop, 0.0012)) for _ in range(SLOTS + 3)]
        for leg in legs:
            clock.add(leg)
        seen = []

        def look() -> None:
            seen.append(loop.time())
            loop.call_soon(look)

        loop.call_soon(look)
        while loop.time() < 1.0:  # no sleep: the loop never waits while `look` is ready
            await asyncio.sleep(0)
            stall(loop, 0.0001)
        held = [after - before for before, after in pairwise(seen)]
        assert 0.0012 <= max(held) < 0.0015
        assert all(len(leg.at) >= 45 for leg in legs)

    simulate(scenario)


def test_objects_that_stay_are_not_walked_through_again() -> None:
    kept = [[number] for number in range(10_000)]
    already = gc.get_freeze_count()
    try:
        keep_objects()
        assert gc.get_freeze_count() >= already + len(kept)
        assert len(gc.get_objects()) < len(kept)
    finally:
        gc.unfreeze()


def test_an_idle_clock_sleeps_and_starts_again_when_a_leg_comes() -> None:
    async def scenario(loop: VirtualTimeLoop, clock: MediaClock) -> None:
        leg = Recorded(loop)
        clock.add(leg)
        await asyncio.sleep(1)
        clock.remove(leg)
        await asyncio.sleep(60)
        clock.add(leg)
        before = len(leg.at)
        await asyncio.sleep(1)
        assert 49 <= len(leg.at) - before <= 51
        assert clock.skipped_ticks == 0

    simulate(scenario)


def test_old_lateness_is_forgotten() -> None:
    histogram = LatenessHistogram(window_s=10)
    histogram.add(0.1, now_s=0)
    for second in range(30):
        histogram.add(0.001, now_s=second)
    assert histogram.quantiles().max == pytest.approx(1.0)
    assert histogram.quantiles().p50 == pytest.approx(1.1, abs=0.11)
