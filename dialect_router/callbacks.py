"""When a promised callback that did not get through is tried again, and when it is left to people. No I/O, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Unreached = Literal["busy", "no_answer", "declined", "wrong_number", "unreachable", "hung_up"]
"""Why somebody who was called is not talked to. wrong_number: there is none such; unreachable: the network or the trunk
failed; hung_up: picked up, and did not wait for the agent."""

_FINAL: Final[frozenset[Unreached]] = frozenset({"wrong_number", "declined"})
"""Whoever declines has said what they think of being rung again."""


@dataclass(frozen=True, slots=True)
class CallbackPolicy:
    """How often, and how far apart. Times in seconds."""

    tries: int = 3
    """Then the callback stays what it is besides, a task for people."""
    busy_again_s: float = 180.0
    again_s: float = 900.0
    """After anything but a busy line."""

    def __post_init__(self) -> None:
        if self.tries < 1 or min(self.busy_again_s, self.again_s) < 0:
            raise ValueError(f"callbacks: at least one try, and no time below 0: {self}")

    def again_in_s(self, outcome: Unreached, tried: int) -> float | None:
        """tried: how often, this time included. None: not again."""
        if outcome in _FINAL or tried >= self.tries:
            return None
        return self.busy_again_s if outcome == "busy" else self.again_s
