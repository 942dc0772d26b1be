"""The assistant or a human, decided after every turn of the caller, and what is offered: transfer, callback, voicemail.

Rules in a fixed order, the first that applies decides; its name and a reason in Chinese go into the record of the call.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final, Literal

from dialect_router.tables import read_rows

Handling = Literal["bot", "either", "human"]
"""Who settles an intent. bot: the assistant, unless the caller asks otherwise; human: a human where one is there."""
Offer = Literal["transfer", "callback", "voicemail", "none"]

MOST_FAILURES: Final = 2
"""Failed tries after which a human is offered at the latest; no policy may be more patient."""
_UNASKED: Final = frozenset({"wish", "human_only", "valued"})
"""Rules after which the caller is put through without being asked."""


@dataclass(frozen=True, slots=True)
class RoutingPolicy:
    """When a human takes over. Raises ValueError for limits that cannot work."""

    failures: int = MOST_FAILURES
    """Failed tries since a human was last offered, in a row or not, after which one is offered. 1 or 2."""
    sure: float = 0.55
    """Confidence of the intent from which it alone may bring in a human; below it the assistant asks back first."""
    angry: float = 0.75
    """Emotion (0 calm, 1 angry) from which a human is offered at once."""
    upset: float = 0.40
    """Emotion from which one failed try, or an unsure understanding, is enough."""
    valued: float = 0.70
    """Value of the customer from which one failed try is enough."""
    human_first: float = 1.0
    """Value from which a free agent is preferred to the assistant. Above 1: for nobody."""
    longest_wait_s: float = 300.0
    """Expected wait from which a callback is offered instead of the queue."""
    after_hours: Literal["callback", "voicemail"] = "callback"

    def __post_init__(self) -> None:
        if not 1 <= self.failures <= MOST_FAILURES:
            raise ValueError(f"failures must be 1 to {MOST_FAILURES}, not {self.failures}")
        if not 0 <= self.upset <= self.angry <= 1:
            raise ValueError(f"0 <= upset <= angry <= 1 must hold, not {self.upset} and {self.angry}")


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn of the caller has shown."""

    title: str
    """The intent as people say it: 退货退款."""
    handling: Handling = "either"
    confidence: float = 1.0
    """Of the intent, 0..1."""
    emotion: float = 0.0
    """0 calm .. 1 angry."""
    value: float = 0.2
    """Of the customer, 0..1."""
    wants_human: bool = False
    """Said so."""
    failed: bool = False
    """Not understood, or what was asked for could not be done."""


@dataclass(frozen=True, slots=True)
class Staffing:
    """Who could take this call now. Only agents with the skill count."""

    open: bool
    """Within the hours in which humans work."""
    signed_in: int
    """On duty, busy or not."""
    free: int
    wait_s: float | None = None
    """Expected, when nobody is free; None: unknown."""


@dataclass(frozen=True, slots=True)
class OffersSoFar:
    """What the call has been through. `after` every turn."""

    failures: int = 0
    """Failed tries since a human was last offered, or since the call began."""
    spoken: frozenset[str] = frozenset()
    """Rules that have brought up a human."""

    def after(self, turn: Turn, decision: "HandoverDecision") -> "OffersSoFar":
        if decision.human:
            return OffersSoFar(0, self.spoken | {decision.rule})
        return OffersSoFar(self.failures + turn.failed, self.spoken)


@dataclass(frozen=True, slots=True)
class HandoverDecision:
    """Who goes on with the call after this turn."""

    human: bool
    offer: Offer
    """transfer: into the queue or straight through; "none" exactly when the assistant goes on."""
    rule: str
    reason: str
    """In Chinese, for supervisors."""
    ask_first: bool = False
    """Whether the caller is to be asked; he may stay with the assistant."""


def decide(turn: Turn, so_far: OffersSoFar, staffing: Staffing, policy: RoutingPolicy) -> HandoverDecision:
    """Whether the assistant goes on, and what the caller is offered if not."""
    failures = so_far.failures + turn.failed
    rule = _rule(turn, failures, so_far.spoken, staffing, policy)
    away = _reasons()["away" if staffing.open else "closed"]
    why = _reasons()[rule].format(
        title=turn.title, failures=failures, emotion=turn.emotion, value=turn.value, away=away
    )
    if rule in ("bot", "nobody"):
        return HandoverDecision(False, "none", rule, why)
    offer, circumstance = _offer(staffing, policy)
    return HandoverDecision(True, offer, rule, f"{why}；{circumstance}", ask_first=rule not in _UNASKED)


def _rule(turn: Turn, failures: int, spoken: frozenset[str], staffing: Staffing, policy: RoutingPolicy) -> str:
    """The first rule that applies; "bot" when none does."""
    if turn.wants_human:
        return "wish"
    if failures >= policy.failures:
        return "failures"
    sure = turn.confidence >= policy.sure
    there = staffing.open and staffing.signed_in > 0
    if turn.handling == "human" and sure and there:
        return "human_only"
    soft = {  # each speaks up once a call: who stayed with the assistant is not asked again and again
        "angry": turn.emotion >= policy.angry,
        "upset": turn.emotion >= policy.upset and (failures > 0 or not sure),
        "valued_failure": turn.value >= policy.valued and failures > 0,
        "valued": turn.value >= policy.human_first and sure and there and staffing.free > 0,
    }
    if turn.handling != "bot":
        for rule, applies in soft.items():
            if applies and rule not in spoken:
                return rule
    return "nobody" if turn.handling == "human" and sure else "bot"


def _offer(staffing: Staffing, policy: RoutingPolicy) -> tuple[Offer, str]:
    """The best that can be offered now, and why, in words."""
    reasons = _reasons()
    if not staffing.open:
        return policy.after_hours, f"{reasons['closed']}，{reasons[f'by_{policy.after_hours}']}"
    if staffing.signed_in == 0:
        return "callback", f"{reasons['away']}，{reasons['by_callback']}"
    if staffing.free > 0:
        return "transfer", reasons["free"].format(free=staffing.free)
    if staffing.wait_s is None:
        return "transfer", reasons["queue_unknown"]
    if staffing.wait_s > policy.longest_wait_s:
        return "callback", reasons["long_wait"].format(wait=staffing.wait_s, longest=policy.longest_wait_s)
    return "transfer", reasons["queue"].format(wait=staffing.wait_s)


@cache
def _reasons() -> Mapping[str, str]:
    return MappingProxyType({row["key"]: row["text"] for row in read_rows("routing_reasons.csv")})
