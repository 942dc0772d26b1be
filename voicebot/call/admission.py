"""Whether one more call is taken. Beyond capacity a new caller hears that all lines are busy, and the calls under way
stay fast: load is shed at the door, not in the middle."""

from dataclasses import dataclass
from typing import Final

SUSTAINED_S: Final = 2.0
"""A figure must be over its limit this long: one slow answer or one pause of the interpreter turns nobody away."""
RELIEF: Final = 0.7
"""Calls are taken again once the figure is below this share of its limit."""
STALE_S: Final = 5.0
"""A figure that nobody renewed for this long says nothing."""


@dataclass(frozen=True, slots=True)
class AdmissionLimits:
    """What the calls under way may come to before new ones are turned away."""

    calls: int
    recognition_ms: float
    """From the end of a stretch of speech to its words: wait and run of the recogniser, 95th percentile."""
    loop_lag_ms: float
    """How late the media process wakes."""


class Strain:
    """Whether a figure is too high, with hysteresis. Pure: fed readings with timestamps.

    reading  ▁▁▁▂▇▂▁▁▂▆▇▇▇▇▇▆▅▃▁▁
    limit    ────5───────────────
    active   ............███████..     not for one peak; until it is well below the limit
    """

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._over_since: float | None = None
        self._active = False
        self._read_at = 0.0

    def observe(self, reading: float, *, at: float) -> None:
        """A new reading. at: seconds of any one clock."""
        if at - self._read_at > STALE_S:
            self._over_since, self._active = None, False
        self._read_at = at
        if reading <= self._limit:
            self._over_since = None
            self._active = self._active and reading > RELIEF * self._limit
        elif self._over_since is None:
            self._over_since = at
        elif at - self._over_since >= SUSTAINED_S:
            self._active = True

    def active(self, *, at: float) -> bool:
        return self._active and at - self._read_at <= STALE_S


class Admission:
    """Decides at the door of one media process."""

    def __init__(self, limits: AdmissionLimits) -> None:
        self._limits = limits
        self._recognition = Strain(limits.recognition_ms)
        self._loop_lag = Strain(limits.loop_lag_ms)

    def on_recognition(self, p95_ms: float, *, at: float) -> None:
        """How long the model host takes for words at present, waiting included."""
        self._recognition.observe(p95_ms, at=at)

    def on_loop_lag(self, lag_ms: float, *, at: float) -> None:
        """How late the media process's loop woke."""
        self._loop_lag.observe(lag_ms, at=at)

    def refusal(self, *, calls: int, at: float) -> str | None:
        """Why a call is not taken; None when it is. calls: those under way, without it.

        When nobody is on the line, the call is taken, however slow the machine: there is no one to protect.
        """
        if calls == 0:
            return None
        if calls >= self._limits.calls:
            return f"{calls} calls are under way (admission.max_calls)"
        if self._recognition.active(at=at):
            return "the recogniser is behind (admission.max_recognition_ms)"
        if self._loop_lag.active(at=at):
            return "the media process wakes late (admission.max_loop_lag_ms)"
        return None
