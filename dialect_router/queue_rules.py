"""What a waiting caller hears and is offered, and when waiting ends without an agent. No I/O and no clock.

waited   0 ── 8 ────── 53 ────── 90 ────── 120 ────────── 300
              │         │         │          │              │
              announce  announce  callback?  other team     callback or voicemail
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

from dialect_router.estimates import Outlook
from dialect_router.queue import WaitingCall
from dialect_router.tables import read_rows

WithoutAgent = Literal["callback", "voicemail"]


@dataclass(frozen=True, slots=True)
class QueueRules:
    """A company's rules. Times in seconds since the caller began to wait."""

    first_announcement_s: float = 8.0
    """Who is put through sooner needs no telling."""
    announce_every_s: float = 45.0
    offer_callback_after_s: float = 90.0
    """Offered once; earlier when the expected wait is this long beyond what was waited."""
    overflow_team: str | None = None
    """Team that helps out whatever its skills."""
    overflow_after_s: float = 120.0
    longest_wait_s: float = 300.0
    at_longest_wait: WithoutAgent = "callback"
    after_hours: WithoutAgent = "callback"
    nobody_s: float = 20.0
    """How long nobody at all may be there for a call, at a change of shifts or of phones, before it is given up."""

    def __post_init__(self) -> None:
        if self.announce_every_s <= 0 or min(self.first_announcement_s, self.nobody_s) < 0:
            raise ValueError(f"queue: announce_every_s must be above 0, no time below 0: {self}")
        if not 0 <= max(self.offer_callback_after_s, self.overflow_after_s) <= self.longest_wait_s:
            raise ValueError(f"queue: nothing can come after longest_wait_s ({self.longest_wait_s}): {self}")

    def closed(self) -> "GiveUp":
        """For who wants a person outside the hours: nobody begins to wait then."""
        return GiveUp(self.after_hours, "closed", _say("closed"))

    def full(self) -> "GiveUp":
        """For who finds more calls waiting than ever may."""
        return GiveUp(self.at_longest_wait, "full", _say("full"))


@dataclass(frozen=True, slots=True)
class Announce:
    """Say where the caller stands. None: say nothing of it, only thank for waiting."""

    position: int | None
    minutes: int | None


@dataclass(frozen=True, slots=True)
class OfferCallback:
    """Ask whether to be called back, keeping the place."""

    reason: str


@dataclass(frozen=True, slots=True)
class Overflow:
    """Let this team help: `WaitingCall.overflow_teams`."""

    team: str
    reason: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No agent will take the call: take a message, or promise to call back. The call leaves the queue."""

    to: WithoutAgent
    rule: Literal["closed", "full", "nobody", "longest_wait"]
    reason: str


Action = Announce | OfferCallback | Overflow | GiveUp


class Waiting:
    """One caller in the queue. Ask at every tick; each action comes once, when it is due."""

    def __init__(self, rules: QueueRules) -> None:
        self._rules = rules
        self._next_announcement_s = rules.first_announcement_s
        self._told = Announce(None, None)
        self._offered = self._overflowed = False
        self._nobody_since: float | None = None

    def on_time(self, call: WaitingCall, outlook: Outlook, at: float, *, open_now: bool) -> Sequence[Action]:
        """What is due. open_now: within the hours of human service; who began to wait in them is still served."""
        if call.kind == "callback":
            return ()
        waited_s = call.waited_s(at)
        given_up = self._given_up(call, outlook, waited_s, at, open_now)
        if given_up is not None:
            return (given_up,)
        actions: list[Action] = []
        if self._rules.overflow_team and not self._overflowed and waited_s >= self._rules.overflow_after_s:
            self._overflowed = True
            team = self._rules.overflow_team
            actions.append(Overflow(team, _say("overflow", waited=waited_s, team=team)))
        said = self._offer(outlook, waited_s) or self._announcement(outlook, waited_s)
        return (*actions, said) if said else actions

    def _given_up(
        self, call: WaitingCall, outlook: Outlook, waited_s: float, at: float, open_now: bool
    ) -> GiveUp | None:
        rules = self._rules
        if outlook.wait_s is not None:
            self._nobody_since = None
        elif self._nobody_since is None:
            self._nobody_since = at
        if self._nobody_since is not None and at - self._nobody_since >= (rules.nobody_s if open_now else 0.0):
            return GiveUp(rules.after_hours, "nobody", _say("nobody"))
        longest_s = rules.longest_wait_s if call.max_wait_s is None else call.max_wait_s
        if waited_s >= longest_s:
            return GiveUp(rules.at_longest_wait, "longest_wait", _say("longest_wait", waited=waited_s))
        return None

    def _offer(self, outlook: Outlook, waited_s: float) -> OfferCallback | None:
        long_s = self._rules.offer_callback_after_s
        long_ahead = outlook.wait_s is not None and outlook.wait_s >= long_s
        due = waited_s >= (self._rules.first_announcement_s if long_ahead else long_s)
        if self._offered or not due:
            return None
        self._offered = True
        self._next_announcement_s = waited_s + self._rules.announce_every_s
        if waited_s < long_s:
            return OfferCallback(_say("offer_long", minutes=outlook.minutes))
        return OfferCallback(_say("offer", waited=waited_s))

    def _announcement(self, outlook: Outlook, waited_s: float) -> Announce | None:
        """Never worse news than the last: who hears a higher number than before feels cheated."""
        if waited_s < self._next_announcement_s:
            return None
        self._next_announcement_s = waited_s + self._rules.announce_every_s
        position = _no_worse(outlook.position, self._told.position)
        minutes = _no_worse(outlook.minutes, self._told.minutes)
        self._told = Announce(position or self._told.position, minutes or self._told.minutes)
        return Announce(position, minutes)


def _no_worse(now: int | None, told: int | None) -> int | None:
    return now if now is not None and (told is None or now <= told) else None


def _say(key: str, **facts: object) -> str:
    return _texts()[key].format(**facts)


@cache
def _texts() -> Mapping[str, str]:
    return MappingProxyType({row["key"]: row["text"] for row in read_rows("queue_reasons.csv")})
