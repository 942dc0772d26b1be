"""What the assistant just asked, and a move: what it says together with the question that then stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from voicebot.company.flows import Slot
from voicebot.dialogue.types import Expecting, Segment, SlotValue
from voicebot.store.records import OrderRecord


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """What can I do for you? `more`: what else, after something was settled."""

    more: bool = False


@dataclass(frozen=True, slots=True)
class AskSlot:
    slot: Slot
    offered: tuple[OrderRecord, ...] = ()
    """Orders named in the question, to choose from."""


@dataclass(frozen=True, slots=True)
class CheckValue:
    """Is that what you said?"""

    slot: Slot
    value: SlotValue


@dataclass(frozen=True, slots=True)
class AskPhoneTail:
    """Last four digits of the phone number with which somebody else's order was made."""


@dataclass(frozen=True, slots=True)
class CheckIntent:
    """Is that what you want? `text` is what was said."""

    intent: str
    text: str


@dataclass(frozen=True, slots=True)
class OfferCallback:
    """Shall a human ring you back?"""


@dataclass(frozen=True, slots=True)
class OfferAgent:
    """Shall a human take over now?"""


@dataclass(frozen=True, slots=True)
class InQueue:
    """Nothing is asked: the caller waits for a human."""


@dataclass(frozen=True, slots=True)
class LeaveMessage:
    """What shall the human who is not there now be told?"""

    said: tuple[str, ...] = ()
    """Of the message so far."""


@dataclass(frozen=True, slots=True)
class CheckCallbackNumber:
    number: str


@dataclass(frozen=True, slots=True)
class AskCallbackNumber:
    pass


Question = (
    OpenQuestion
    | AskSlot
    | CheckValue
    | AskPhoneTail
    | CheckIntent
    | OfferCallback
    | OfferAgent
    | InQueue
    | LeaveMessage
    | CheckCallbackNumber
    | AskCallbackNumber
)

_KEYS = frozenset({"order_number", "phone", "amount", "digits"})


def expecting(question: Question) -> Expecting:
    """The kind of answer that `question` calls for."""
    match question:
        case AskPhoneTail():
            return Expecting.TAIL
        case AskCallbackNumber():
            return Expecting.DIGITS
        case AskSlot(slot) if slot.type in _KEYS:
            return Expecting.DIGITS
        case AskSlot(slot) if slot.type == "yes_no":
            return Expecting.YES_NO
        case AskSlot(slot) if slot.type == "text":
            return Expecting.TEXT
        case LeaveMessage():
            return Expecting.TEXT
        case CheckValue() | CheckIntent() | OfferCallback() | OfferAgent() | CheckCallbackNumber():
            return Expecting.YES_NO
        case _:
            return Expecting.OPEN


def is_private(question: Question) -> bool:
    """Whether the answer to `question` may not be kept."""
    return isinstance(question, AskSlot | CheckValue) and question.slot.is_private


@dataclass(frozen=True, slots=True)
class Move:
    """One turn of the assistant: what it says, what it then waits for."""

    segments: tuple[Segment, ...]
    question: Question
    end_call: bool = False
    handover: bool = False
    transfer: bool = False

    def after(self, *segments: Segment) -> Move:
        """The same move with something said before it."""
        return replace(self, segments=(*segments, *self.segments))


@dataclass(frozen=True, slots=True)
class Settled:
    """A flow has come to its end; `then` says what follows (more, close, handover)."""

    segments: Sequence[Segment]
    then: str
