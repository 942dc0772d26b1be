"""Rows of the store as the rest of the system sees them: frozen, typed, without a database behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

TurnRole = Literal["caller", "assistant", "agent", "system"]
TaskStatus = Literal["open", "done", "cancelled"]


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call from ring to hang-up. Times are aware and in UTC; numbers are E.164 where they could be parsed."""

    id: str
    leg_id: str
    direction: Literal["inbound", "outbound"]
    caller_number: str
    """The customer's, also where we rang them."""
    called_number: str
    """Ours."""
    started_at: datetime
    caller_label: str = ""
    """How people and consoles name the caller: the customer's name, or the region."""
    region_province: str | None = None
    region_city: str | None = None
    dialect_prior: Mapping[str, float] = field(default_factory=dict)
    """By the number alone."""
    dialects: Mapping[str, float] = field(default_factory=dict)
    """What the caller probably speaks by everything known and heard so far, likeliest first."""
    customer_number: str | None = None
    """Key into customers when the caller is a known one."""
    language: str | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    """resolved, callback, agent, abandoned, interrupted, no_answer, ...; None while the call is going on."""
    end_reason: str | None = None
    recording_path: str | None = None
    quality: Mapping[str, Any] = field(default_factory=dict)
    """Media figures: packets lost and late, jitter, ..."""
    agent_id: str | None = None
    """The human who had the call last; None: the assistant alone."""
    team: str | None = None
    """That agent's."""
    disposition: str | None = None
    """How that agent closed the call."""


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """One finished turn of one party. `call_id` and `seq` together name it; `seq` counts from 0 in a call."""

    call_id: str
    seq: int
    role: TurnRole
    text: str
    started_ms: int
    """Milliseconds from the answer, as is `ended_ms`."""
    ended_ms: int
    raw_text: str | None = None
    language: str | None = None
    intent: str | None = None
    intent_confidence: float | None = None
    emotion: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)
    reply_latency_ms: int | None = None
    """Assistant: from the end of the caller's speech to the start of this reply."""
    asr_confidence: float | None = None
    heard_text: str | None = None
    """Assistant: what the caller really heard of `text` when interrupted."""
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def dialect_reasons(self) -> tuple[str, ...]:
        """Caller: why they are believed, after this turn, to speak what they do."""
        return tuple(self.detail.get("dialect", {}).get("reasons", ()))

    @property
    def handover_reason(self) -> str:
        """Caller: why a human was brought up after this turn; empty where none was."""
        return str(self.detail.get("routing", ""))


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """Something promised to a caller that a person or another system has to do."""

    id: str
    call_id: str | None
    kind: str
    """callback, ticket, complaint, return, invoice, ..."""
    customer_number: str
    summary: str
    created_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None
    status: TaskStatus = "open"
    done_at: datetime | None = None
    broken_at: datetime | None = None
    """When it was seen that it was not done in time; doing it later does not mend that."""


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    number: str
    """E.164"""
    name: str
    surname: str = ""
    """Only where it is not the name's first character (欧阳)."""
    salutation: str = ""
    level: str = "normal"
    tags: tuple[str, ...] = ()
    dialect: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class OrderRecord:
    order_number: str
    customer_number: str
    product: str
    amount: Decimal
    """Yuan; kept to the fen."""
    status: str
    ordered_on: date
    expected_on: date | None = None
    carrier: str = ""
    tracking: str = ""
    address_city: str = ""
    returnable_until: date | None = None
    invoice: str = "none"


@dataclass(frozen=True, slots=True)
class OutboxRecord:
    """An event that was committed with what it tells about and is not yet published."""

    id: int
    topic: str
    payload: str
