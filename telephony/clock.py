"""The one 20 ms clock that paces every leg of the process."""

import asyncio
import gc
import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from telephony.audio import FRAME_S

SLOTS: Final = 10
"""Phases within the 20 ms: legs are spread over them, so packets leave every 2 ms and not in one burst."""
SLOT_S: Final = FRAME_S / SLOTS
LONGEST_HOLD_S: Final = 0.0005
"""Work on a slot's legs after which the event loop gets to see to other things before the next leg."""
MAX_CATCH_UP_TICKS: Final = 5
"""After a stall of up to this many ticks the missed ones are made up for at once; after a longer one they are
left out, because a burst of older frames only fills the far end's jitter buffer."""
_log = logging.getLogger(__name__)


def prepare_process() -> None:
    """Once in a media process, when everything is imported and before any thread is started.

    Other threads (recorders) give way within half a millisecond, the garbage collector no longer walks through the
    modules' own objects, and the whole process runs before ordinary ones where the system grants it (root or
    CAP_SYS_NICE): real-time round robin, which a nice value between login sessions is not.
    """
    sys.setswitchinterval(0.0005)
    keep_objects()
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def keep_objects() -> None:
    """Takes all objects that there are now out of the garbage collector's rounds.

    To be called again once more was loaded that stays: a full round over half a million objects takes 100 ms.
    """
    gc.collect()
    gc.freeze()
    gc.collect()  # full rounds are spaced by what the last one found: few objects, so that the next comes before many


class Ticked(Protocol):
    """Something that does one frame's work every 20 ms, synchronously and quickly."""

    def tick(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Quantiles:
    """How late ticks were done, in milliseconds after their deadline."""

    p50: float
    p99: float
    max: float


class LatenessHistogram:
    """Counts lateness in steps of 0.1 ms up to 200 ms; forgets what is older than one to two windows."""

    _STEP_S: Final = 0.0001
    _STEPS: Final = 2000

    def __init__(self, *, window_s: float = 10.0) -> None:
        self._window_s = window_s
        self._window_ends_at = 0.0
        self._old = [0] * (self._STEPS + 1)
        self._recent = [0] * (self._STEPS + 1)
        self._old_max = self._recent_max = 0.0

    def add(self, late_s: float, now_s: float) -> None:
        if now_s >= self._window_ends_at:
            self._old, self._old_max = self._recent, self._recent_max
            self._recent, self._recent_max = [0] * (self._STEPS + 1), 0.0
            self._window_ends_at = now_s + self._window_s
        step = int(late_s / self._STEP_S)
        self._recent[step if step < self._STEPS else self._STEPS] += 1
        if late_s > self._recent_max:
            self._recent_max = late_s

    def quantiles(self) -> Quantiles:
        counts = [old + recent for old, recent in zip(self._old, self._recent, strict=True)]
        largest = max(self._old_max, self._recent_max) * 1000
        return Quantiles(self._quantile_ms(counts, 0.5), self._quantile_ms(counts, 0.99), largest)

    def _quantile_ms(self, counts: list[int], share: float) -> float:
        """Upper edge of the step that holds the quantile, so the figure is never flattering."""
        wanted = share * sum(counts)
        seen = 0
        for step, count in enumerate(counts):
            seen += count
            if count and seen >= wanted:
                return (step + 1) * self._STEP_S * 1000
        return 0.0


class MediaClock:
    """Calls every added Ticked once per 20 ms against fixed deadlines, so it does not drift.

    Time is the event loop's. `run` must be awaited in the TaskGroup of the media process.
    """

    def __init__(self, *, lateness_window_s: float = 10.0) -> None:
        self._slots: list[dict[Ticked, None]] = [{} for _ in range(SLOTS)]  # dicts used as ordered sets
        self._occupied = asyncio.Event()
        self._failed: set[Ticked] = set()
        self._lateness_window_s = lateness_window_s
        self.forget_lateness()
        self.skipped_ticks = 0
        """Ticks left out after long stalls."""

    @property
    def late_ms(self) -> Quantiles:
        """Lateness of the ticks in the last one to two windows, each measured when its work was done."""
        return self._lateness.quantiles()

    def forget_lateness(self) -> None:
        """Measures anew from here, as after a warm-up."""
        self._lateness = LatenessHistogram(window_s=self._lateness_window_s)

    def add(self, ticked: Ticked) -> None:
        """Ticks begin with the next pass of the slot that has the fewest legs."""
        min(self._slots, key=len)[ticked] = None
        self._occupied.set()

    def remove(self, ticked: Ticked) -> None:
        """No tick comes after this returns. Removing what is not there is harmless."""
        for slot in self._slots:
            slot.pop(ticked, None)
        self._failed.discard(ticked)
        if not any(self._slots):
            self._occupied.clear()

    async def run(self) -> None:
        """Ticks until cancelled."""
        while True:
            await self._occupied.wait()
            await self._run_while_occupied(asyncio.get_running_loop().time)

    async def _run_while_occupied(self, now: Callable[[], float]) -> None:
        deadline = now()
        while self._occupied.is_set():
            for slot in self._slots:
                deadline += SLOT_S
                if slot:
                    deadline += self._skipped_s(now() - deadline)
                    await asyncio.sleep(max(0.0, deadline - now()))
                    await self._pass(slot, deadline, now)

    def _skipped_s(self, late_s: float) -> float:
        """Whole ticks to leave out, in seconds."""
        missed = int(late_s / FRAME_S)
        if missed <= MAX_CATCH_UP_TICKS:
            return 0.0
        self.skipped_ticks += missed
        return missed * FRAME_S

    async def _pass(self, slot: dict[Ticked, None], deadline: float, now: Callable[[], float]) -> None:
        add_lateness = self._lateness.add
        done = held_since = now()
        for ticked in list(slot):
            if done - held_since > LONGEST_HOLD_S:
                await asyncio.sleep(0)
                held_since = now()
            if ticked not in slot:  # removed by an earlier one's tick, or meanwhile
                continue
            try:
                ticked.tick()
            except Exception:  # noqa: BLE001 - one leg's fault must not silence all calls; said once per leg
                if ticked not in self._failed:
                    self._failed.add(ticked)
                    _log.exception("a leg failed in its 20 ms tick; the other calls go on")
            done = now()
            add_lateness(max(0.0, done - deadline), done)
