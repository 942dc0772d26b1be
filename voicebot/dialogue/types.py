"""What goes into the dialogue and what comes out of it; small, frozen, free of models and of telephony."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Protocol

from voicebot.store.records import OrderRecord

Language = Literal["cmn", "yue"]

SlotValue = str | date | Decimal
"""order_number, phone, choice, product, text: str; yes_no: "yes" | "no"; amount: Decimal (yuan)."""


class Expecting(StrEnum):
    """What kind of answer comes next; decides endpointing and how pressed keys are collected."""

    OPEN = "open"
    DIGITS = "digits"
    TAIL = "tail"
    """The last four digits of a number."""
    YES_NO = "yes_no"
    TEXT = "text"
    """An address, a name, what is wrong with it: told in parts, with pauses."""


@dataclass(frozen=True, slots=True)
class IntentGuess:
    """The classifier's best guess; "none" is none of the company's intents. `confidence` is 0..1."""

    name: str = "none"
    confidence: float = 0.0
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """One finished utterance of the caller."""

    text: str
    intent: IntentGuess = IntentGuess()
    language: Language = "cmn"
    emotion: str = "calm"
    """calm, annoyed or angry."""
    asr_confidence: float = 1.0
    likely_dialect: str | None = None
    """Tag of what the caller most likely speaks, by everything known and heard so far."""
    heard_reply: str | None = None
    """What of the last reply was really heard, when the caller talked over it; None: all of it."""
    requested_dialect: str | None = None
    """Tag of the dialect that the caller asks in this utterance to be spoken to in."""


@dataclass(frozen=True, slots=True)
class KnownCaller:
    """What is known before the first word. Nothing at all for a withheld number."""

    number: str = ""
    """E.164, "" when withheld."""
    called: str = ""
    """How a customer is addressed (王女士); "" when the caller is no customer."""
    level: str = "normal"
    dialect: str = ""
    """Tag of what the customer's record says they speak; "" where it does not say."""
    orders: tuple[OrderRecord, ...] = ()
    """The calling number's own orders, newest first."""


@dataclass(frozen=True, slots=True)
class ToolRequest:
    """One action for the caller. The tool itself checks that the caller may have it."""

    tool: str
    slots: Mapping[str, SlotValue]
    caller_number: str
    """E.164, "" when withheld."""
    language: Language
    phone_tail: str | None = None
    """Last four digits of the number the order was made with, as the caller gave them."""
    summary: str = ""
    """What the call was about so far, for whoever takes the task over."""
    private: frozenset[str] = frozenset()
    """Slots whose values may be used and not stored."""
    corrects: str | None = None
    """Task that an earlier request stored by mistake: it is withdrawn when this request has been carried out."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an action went: the outcome's name in the flow's file, and values for its wording."""

    name: str
    values: Mapping[str, SlotValue | int] = field(default_factory=dict)
    task: str | None = None
    """Id of the task that was stored for a person, if one was."""


class ToolError(Exception):
    """An action could not be carried out (the store is away); the caller is offered a callback instead."""


class WouldActError(Exception):
    """A rehearsal came to an action that changes something."""


class Tools(Protocol):
    async def run(self, request: ToolRequest) -> Outcome:
        """Carry out one request. Raises ToolError."""

    def rehearsed(self) -> Tools:
        """The same tools for a rehearsal: they look things up, and raise WouldActError in place of any effect."""


@dataclass(frozen=True, slots=True)
class KnowledgeAnswer:
    """The entry that answers a question. `score` is 0..1: how much of the question the entry covers."""

    id: str
    answer: str
    answer_yue: str | None
    score: float
    product: str | None = None

    def wording(self, language: Language) -> str:
        return self.answer_yue if language == "yue" and self.answer_yue else self.answer


class KnowledgeSearch(Protocol):
    async def search(self, question: str, *, product: str | None = None) -> KnowledgeAnswer | None: ...


@dataclass(frozen=True, slots=True)
class ActionDone:
    """One tool that ran for a reply. `values` as they would be displayed."""

    tool: str
    outcome: str
    values: Mapping[str, str]
    task: str | None = None
    """Id of the task that was stored for a person, if one was."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a reply, synthesised and played as a whole."""

    text: str
    """As displayed."""
    spoken: str
    """As the voice reads it: amounts, dates and numbers in words."""
    interruptible: bool = True
    cacheable: bool = False
    """The same for every caller, so that its audio is worth keeping."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The assistant's next turn; at least one segment."""

    segments: tuple[Segment, ...]
    language: Language
    end_call: bool = False
    handover: bool = False
    """A human takes over later: a callback was promised, or a message taken, and stored as a task."""
    transfer: bool = False
    """A human takes over now: the caller waits for one from here on."""
    intent: str = "none"
    slots: Mapping[str, str] = field(default_factory=dict)
    """Slots known after this turn, of the flow that is going on or just ended."""
    actions: tuple[ActionDone, ...] = ()
    routing: str = ""
    """Why a human was brought up in this turn, for supervisors; "" where the assistant simply goes on."""

    @property
    def text(self) -> str:
        return "".join(segment.text for segment in self.segments)
