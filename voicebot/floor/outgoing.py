"""Customers who are called: an agent's phone rings first, and once the agent is there, the customer's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from dialect_router.callbacks import Unreached
from telephony.leg import CallLeg, EndReason, LegError
from voicebot.floor.guest import Guest
from voicebot.store.floor_records import Fate
from voicebot.trunk.dialling import NotDialable

_BY_STATUS: Final[dict[int, Unreached]] = {
    **dict.fromkeys((486, 600), "busy"),
    **dict.fromkeys((408, 480, 487), "no_answer"),
    603: "declined",  # not 403: carriers send that for an account or a caller id that they do not like
    **dict.fromkeys((404, 410, 484, 604), "wrong_number"),
}


class NotReached(Exception):
    """Whoever was called is not on the line."""

    def __init__(self, outcome: Unreached) -> None:
        super().__init__(f"the called party was not reached: {outcome}")
        self.outcome: Unreached = outcome


class OutsideLine(Protocol):
    """The way to the telephone network; `voicebot.trunk.dialling.Trunk` is one."""

    @property
    def ring_s(self) -> float: ...

    @property
    def caller_id(self) -> str:
        """What the called see."""

    @property
    def closed(self) -> NotDialable | None:
        """Why nobody can be called for the time being."""

    def checked(self, number: str) -> str:
        """The number in E.164. Raises NotDialable for one that may not be called."""

    async def dial(self, number: str, *, call_id: str) -> CallLeg:
        """Raises NotDialable, SipError, LegError."""


class Outgoing(Guest, Protocol):
    """A customer who is going to be called."""

    async def open(self) -> None:
        """The call's record begins. Harmless when it has. Raises StoreError."""

    async def reach(self, line: OutsideLine) -> None:
        """Returns with the customer on the line, who has been told that the call is recorded. Raises NotReached."""

    async def over(self, outcome: str) -> None:
        """Nobody was talked to: the record, where one was begun, ends with this outcome."""


MakeOutgoing = Callable[[str, str], Awaitable[Outgoing]]
"""E.164 number of a customer, and the number that they will see -> the call to them. May raise StoreError."""


class Errand(Protocol):
    """Why a customer is called. A visitor of the floor has one until the customer is there."""

    async def prepare(self) -> bool:
        """Before an agent is rung. False where nobody can be called now."""

    async def reach(self) -> None:
        """The agent is there. Raises NotReached."""

    def on_joined(self) -> None:
        """The two talk."""

    def on_not_joined(self, fate: Fate) -> bool:
        """An agent's part, or the whole visit, is over without that. Whether the call stays in the queue."""


def why_not_reached(error: Exception) -> Unreached:
    """From what dialling raised."""
    if not isinstance(error, LegError):
        return "unreachable"
    if error.sip_code is None:
        return "no_answer" if error.ended.reason is EndReason.TIMEOUT else "unreachable"
    return _BY_STATUS.get(error.sip_code, "unreachable")
