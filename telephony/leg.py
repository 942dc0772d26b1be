"""One party on one audio connection: the interface through which the rest of the system sees a call.

SIP, a microphone or a media stream from a PBX are all a `CallLeg`; who listens to one cannot tell which.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:  # the media modules know nothing of legs; a leg only names their types
    from telephony.audio import Frame
    from telephony.playout import Playout
    from telephony.rtp import MediaStats

Direction = Literal["inbound", "outbound"]


@dataclass(frozen=True, slots=True)
class Party:
    """One end of a call. `number` is the user part as it came over the wire, sanitised; "" when withheld."""

    number: str
    display_name: str = ""


class EndReason(StrEnum):
    """Why a leg ended."""

    REMOTE_HANGUP = "remote_hangup"
    LOCAL_HANGUP = "local_hangup"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    TIMEOUT = "timeout"
    MEDIA_TIMEOUT = "media_timeout"
    SHUTDOWN = "shutdown"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class LegEnded:
    """The last thing a leg says: why it ended, with the SIP status where there is one."""

    reason: EndReason
    sip_code: int | None = None
    text: str = ""


class LegError(Exception):
    """A leg could not be answered or did not come up. `ended` says why."""

    def __init__(self, ended: LegEnded) -> None:
        code = f" (SIP {ended.sip_code})" if ended.sip_code else ""
        super().__init__(f"call did not come up: {ended.reason}{code} {ended.text}".rstrip())
        self.ended = ended

    @property
    def sip_code(self) -> int | None:
        return self.ended.sip_code


class LegListener(Protocol):
    """Who hears a leg. All methods are called synchronously on the event loop and must not block."""

    def on_frame(self, inbound: Frame, outbound: Frame) -> None:
        """Every 20 ms once answered: what was heard (concealed where lost), what was sent, on one clock."""

    def on_dtmf(self, digit: str) -> None:
        """The other party pressed one key: 0-9, *, #, A-D."""

    def on_hold(self, held: bool) -> None:
        """The other party put us on hold (True) or took us back (False)."""

    def on_ended(self, ended: LegEnded) -> None:
        """The leg is over. Called exactly once, and nothing is called after it."""


class CallLeg(ABC):
    """One party on one audio connection."""

    id: str
    """Unique and url-safe."""
    remote: Party
    local: Party
    direction: Direction
    playout: Playout
    """What this leg will say next."""

    @property
    @abstractmethod
    def stats(self) -> MediaStats:
        """Packets received, lost and late, and the jitter, up to now."""

    @abstractmethod
    def listen(self, listener: LegListener) -> None:
        """Set who hears this leg. At once after the leg is handed out, before it rings or answers."""

    @abstractmethod
    def ring(self) -> None:
        """Tell the caller that it rings (180). Inbound only."""

    @abstractmethod
    async def answer(self) -> None:
        """Take an inbound call. Returns when media may flow; raises `LegError`."""

    async def answered(self, timeout_s: float = 60.0) -> None:
        """Returns when the other party has taken an outbound call; raises `LegError` when it does not."""
        raise LegError(LegEnded(EndReason.ERROR, text="this kind of leg makes no calls"))

    @abstractmethod
    def reject(self, code: int, reason: str) -> None:
        """Refuse an inbound call that is not answered yet, with a final SIP status such as 486."""

    @abstractmethod
    def hang_up(self) -> None:
        """End the leg from our side, whatever its state. Idempotent."""

    @abstractmethod
    def send_dtmf(self, digits: str) -> None:
        """Press keys (RFC 4733 events): 0-9, *, #, A-D."""

    @abstractmethod
    def hold(self) -> None:
        """Put the other party on hold."""

    @abstractmethod
    def resume(self) -> None:
        """Take the other party back from hold."""
