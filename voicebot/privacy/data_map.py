"""Where the store keeps what of customers: every table has to be here, or a test fails.

Erasing a customer, and deleting what has been kept long enough, go by this map and know no table of their own.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import sqlalchemy as sa

import voicebot.store
from voicebot.store import tables

RetentionClass = Literal["calls", "transcripts", "tasks", "events"]


@dataclass(frozen=True, slots=True)
class OfCall:
    """Rows of a call: they go with its row, by foreign keys that cascade."""

    words: bool = False
    """They tell what was said: they go with the transcript."""
    blank: Mapping[str, Any] | None = None
    """Then only these columns are overwritten, and the row stays."""


@dataclass(frozen=True, slots=True)
class NamesCall:
    """Rows with a call's id that do not hang on its row. `age`: column with the time from which they are kept."""

    column: str
    age: str
    retention: RetentionClass


@dataclass(frozen=True, slots=True)
class OfNumber:
    """Rows that belong to a customer's number."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfTask:
    """Rows of a task: they go with its row, by a foreign key that cascades."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """Events that wait to be published; their topic names the call."""


@dataclass(frozen=True, slots=True)
class NobodysData:
    """Nothing of customers. `why` is for who wonders."""

    why: str


Holding = OfCall | NamesCall | OfNumber | OfTask | Outbox | NobodysData

HOLDINGS: Final[Mapping[str, Holding]] = {
    "calls": OfNumber(("caller_number", "customer_number", "called_number")),
    "turns": OfCall(words=True),
    "recording_gaps": OfCall(),
    "call_summaries": OfCall(words=True, blank={"summary": {"reason": {"text": "", "turns": []}}}),
    "call_measures": OfCall(),
    "scores": OfCall(),
    "verdicts": OfCall(),
    "reviewed_scores": OfCall(),
    "review_sample_calls": OfCall(),
    "reviews": OfCall(),
    "appeals": OfCall(),
    "offers": OfCall(),
    "queue_visits": OfCall(),
    "handover_packets": OfCall(words=True),
    "whisper_prompts": OfCall(words=True, blank={"text": ""}),
    "wrap_ups": OfCall(words=True, blank={"summary": "", "note": ""}),
    "note_drafts": OfCall(words=True, blank={"text": ""}),
    "shadow_differences": NamesCall("call_id", "at", "calls"),
    "webhook_deliveries": NamesCall("call_id", "created_at", "events"),
    "outbox": Outbox(),
    "tasks": OfNumber(("customer_number",)),
    "callbacks": OfTask(),
    "customers": OfNumber(("number",)),
    "orders": OfNumber(("customer_number",)),
    "audit_log": NobodysData("append-only; names calls by id and customers by a masked number"),
    "legal_holds": NobodysData("which calls must be kept: nothing of those is deleted"),
    "scorecards": NobodysData("the company's rules"),
    "company_changes": NobodysData("versions of the company's own files; customers and orders are not among them"),
    "calibrations": NobodysData("agreement figures of items"),
    "review_samples": NobodysData("how calls were drawn"),
    "presence_log": NobodysData("agents' presence"),
    "accounts": NobodysData("staff"),
    "sessions": NobodysData("staff who are signed in"),
    "sign_in_failures": NobodysData("who tried to sign in"),
    "saved_views": NobodysData("filters that staff have saved; a number in one is overwritten with its customer"),
    "api_keys": NobodysData("programs' keys"),
    "webhooks": NobodysData("programs' addresses"),
    "webhook_events": NobodysData("what programs want to know"),
}


def table(name: str) -> sa.Table:
    _load_tables()
    return tables.metadata.tables[name]


def every_table() -> Iterator[sa.Table]:
    """All that the code knows, whichever room they belong to."""
    _load_tables()
    yield from tables.metadata.sorted_tables


def _load_tables() -> None:
    """Rooms keep their tables in files of their own: they are known once those have been read."""
    for module in pkgutil.iter_modules(voicebot.store.__path__, "voicebot.store."):
        if module.name.endswith("tables"):
            importlib.import_module(module.name)
