"""Where a condition was found to hold, and how sure that is."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Protocol

UNKNOWN: Final = 0.5
"""Degree of what cannot be told, for example about audio that was not measured."""
NO_TURN: Final = -1
MOST_IN_A_TURN: Final = 50
"""Finds of one thing in one turn that are looked at: a turn full of it says no more, and hides nothing in others."""
MOST_HITS: Final = 1000
"""Finds of one condition in one call that are kept."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Characters `start:end` of a turn, or a stretch of the recording where `turn` is NO_TURN."""

    turn: int
    start: int
    end: int
    started_ms: int
    ended_ms: int
    confidence: float = 1.0


class Stretch(Protocol):
    """Characters of a turn."""

    @property
    def turn(self) -> int: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class Stretches:
    """Stretches of a call, of which it is soon told whether one covers or overlaps with another one."""

    def __init__(self, stretches: Iterable[Stretch]) -> None:
        by_turn: dict[int, list[tuple[int, int]]] = {}
        for each in stretches:
            by_turn.setdefault(each.turn, []).append((each.start, each.end))
        self._starts = {turn: sorted(start for start, _ in places) for turn, places in by_turn.items()}
        self._ends = {
            turn: list(accumulate((end for _, end in sorted(places)), max)) for turn, places in by_turn.items()
        }

    def cover(self, each: Stretch) -> bool:
        """Whether one of them holds all of `each`."""
        begun = bisect_right(self._starts.get(each.turn, ()), each.start)
        return begun > 0 and self._ends[each.turn][begun - 1] >= each.end

    def overlap(self, each: Stretch) -> bool:
        begun = bisect_left(self._starts.get(each.turn, ()), each.end)
        return begun > 0 and self._ends[each.turn][begun - 1] > each.start


def full(found: Sequence[Stretch], turn: int) -> bool:
    """Whether enough was found in this turn."""
    return len(found) >= MOST_IN_A_TURN and found[-MOST_IN_A_TURN].turn == turn


@dataclass(frozen=True, slots=True)
class Finding:
    """`degree` is from 0 (does not hold) over 0.5 (cannot be told) to 1 (holds)."""

    degree: float
    hits: tuple[Hit, ...] = ()
    partners: tuple[Hit, ...] = ()
    """What the hits stand before, after or near."""
    looked: tuple[int, ...] = ()
    """First and last turn that were looked at, where it was not the whole call."""
    reason: str = ""
    """Why it cannot be told."""

    @property
    def holds(self) -> bool:
        return self.degree > UNKNOWN


def found(hits: Sequence[Hit], times: int, absence: float, looked: tuple[int, ...] = ()) -> Finding:
    """Holds when there are `times` hits. absence: the degree to which one may have been missed."""
    hits = tuple(hits[:MOST_HITS])
    if len(hits) < times:
        return Finding(absence, looked=looked)
    surest = sorted((hit.confidence for hit in hits), reverse=True)
    return Finding(max(absence, surest[times - 1]), hits, looked=looked)


def apart(hits: Iterable[Hit]) -> list[Hit]:
    """In order; of hits that overlap only the longest, then the surest."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.turn, hit.start, -hit.end, -hit.confidence)):
        if kept and kept[-1].turn == hit.turn and hit.start < kept[-1].end:
            if (hit.end - hit.start, hit.confidence) > (kept[-1].end - kept[-1].start, kept[-1].confidence):
                kept[-1] = hit
        else:
            kept.append(hit)
    return kept
