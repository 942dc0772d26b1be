"""Where callers and backgrounds are synthesised: in fresh processes, for espeak-ng remembers what it said before.

Its voices tremble at random and where they left off; a new process with a set seed gives the same sound each time.
"""

import ctypes
import multiprocessing
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.pool import Pool
from typing import Final

import espeakng_loader
import numpy as np

from models.espeak import Espeak
from models.training.channel import Audio
from voicebot.bench.turns.scenarios import Kind, Scenario
from voicebot.bench.turns.voices import Said, beds, say

_SEED: Final = 1

Call = tuple[Scenario, list[Said]]
"""A scenario and what its caller says in each turn."""


class Studio:
    """Makes what a run needs, one process at a time, beside the one that asks."""

    def __init__(self, processes: Pool) -> None:
        self._pool = processes

    def backgrounds(self) -> Mapping[str, Audio]:
        """By name, with an RMS of 1."""
        return self._pool.apply(_beds)

    def calls(self, scenarios: Sequence[Scenario]) -> Iterator[Call]:
        """The scenarios by kind, ready to be carried. A kind is to be asked for as a whole, to sound the same."""
        kinds = [[s for s in scenarios if s.kind is kind] for kind in Kind]
        for calls in self._pool.imap(_speak, [of_kind for of_kind in kinds if of_kind], chunksize=1):
            yield from calls


@contextmanager
def studio() -> Iterator[Studio]:
    """A studio; leaving it ends its process, whatever that is doing."""
    resource_tracker.ensure_running()  # its start unblocks what is blocked below
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # Ctrl-C is for the process that prints
    try:
        processes = multiprocessing.get_context("spawn").Pool(1, _begin, maxtasksperchild=1)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    with processes:
        yield Studio(processes)


def _begin() -> None:
    Espeak().synthesize("好", "cmn")  # starting it sets a seed of its own
    ctypes.CDLL(espeakng_loader.get_library_path()).espeak_ng_SetRandSeed(ctypes.c_long(_SEED))


def _beds() -> dict[str, Audio]:
    return beds(np.random.default_rng(_SEED))


def _speak(scenarios: Sequence[Scenario]) -> list[Call]:
    return [(scenario, [say(turn, scenario) for turn in scenario.turns]) for scenario in scenarios]
