"""One call as the floor has it: who calls, what for, and which agent is rung or talking."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from dialect_router.queue import WaitingCall
from telephony.sip.refer import TransferRequest
from voicebot.assist.packet import HandoverPacket, Hop
from voicebot.floor.connection import Connection
from voicebot.floor.guest import Guest, Wish
from voicebot.floor.outgoing import Errand
from voicebot.store.floor_records import Fate, QueueVisit


@dataclass(slots=True, eq=False)
class Visitor:
    """One call on the floor, from when it begins to wait until it ends or goes elsewhere."""

    guest: Guest
    call: WaitingCall
    hop: Hop
    """Who passed it on last."""
    visit: QueueVisit | None = None
    """While it waits, or rings."""
    packet: HandoverPacket | None = None
    """As the last agent got it."""
    connection: Connection | None = None
    """While an agent is rung, whispered to or talking."""
    offering: asyncio.Task[None] | None = None
    joining: Callable[[], None] | None = None
    """Brings caller and agent together, once the agent has heard the whisper."""
    taken_back: Fate = "withdrawn"
    """What became of an offer that is cancelled."""
    consults: bool = False
    """An agent asks another one about the caller, who waits meanwhile."""
    asked: TransferRequest | None = None
    """A phone's wish to move the caller on, which is told how it goes."""
    errand: Errand | None = None
    """Where it is a customer who is going to be called: until they talk to an agent."""
    talking_since: float | None = None
    """When they were brought together with an agent."""

    def stops_talking(self, at: float) -> None:
        """Waits again, or for somebody else. Its place is that of the seconds waited: the talk was none of them."""
        if self.talking_since is not None:
            self.call = replace(self.call, entered_at=self.call.entered_at + at - self.talking_since)
            self.talking_since = None

    def learned(self) -> bool:
        """Takes over what the assistant has heard of somebody who waits; whether there was anything new."""
        if self.visit is None or self.errand is not None:
            return False
        wish, before = self.guest.wish, self.call
        heard = (wish.dialects, wish.requested_dialect, wish.emotion)
        if heard == (before.dialects, before.requested_dialect, before.emotion):
            return False
        self.call = replace(
            before, dialects=wish.dialects, requested_dialect=wish.requested_dialect, emotion=wish.emotion
        )
        return True


def call_waiting(call_id: str, wish: Wish, at: float) -> WaitingCall:
    """As the queue is to have it. at: the moment from which it waits."""
    return WaitingCall(
        call_id=call_id,
        entered_at=at,
        skill=wish.skill,
        dialects=wish.dialects,
        requested_dialect=wish.requested_dialect,
        value=wish.value,
        emotion=wish.emotion,
    )
