"""What the machine itself adds: a virtual processor that is taken away charges the time to whoever was running."""

import time
from dataclasses import dataclass
from typing import Final

LONG_WORK_S: Final = 0.002
"""The media process's loop is to do nothing that takes longer."""
LISTENED_S: Final = 10.0
_ADDITIONS: Final = 6_000
"""Some 0.2 ms of work, the same each time."""


@dataclass(frozen=True, slots=True)
class MachineNoise:
    """How often work that takes 0.2 ms seems to take more than 2 ms of processor time."""

    long_per_cpu_s: float
    """In each second of processor time."""
    max_ms: float


def noise_of_machine(seconds: float = LISTENED_S) -> MachineNoise:
    """Does nothing but the same small computation for so long, and times each by the thread's processor time."""
    began, until = time.thread_time(), time.monotonic() + seconds
    long, most_s = 0, 0.0
    while time.monotonic() < until:
        took_s = _work()
        long += took_s > LONG_WORK_S
        most_s = max(most_s, took_s)
    return MachineNoise(long / (time.thread_time() - began), 1000 * most_s)


def _work() -> float:
    began, total = time.thread_time(), 0
    for number in range(_ADDITIONS):
        total += number
    return time.thread_time() - began
