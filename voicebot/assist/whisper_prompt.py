"""One prompt on the agent's screen, and what it is made of before it is known whether it will be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PromptKind = Literal["knowledge", "next_step", "wording", "warning", "record"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A prompt that could be shown. `score` is 0..1: how relevant it is to what was just said."""

    kind: PromptKind
    source: str
    """Where it comes from, as knowledge/refund_time, flows/return_refund/reason, orders; never anything personal."""
    text: str
    score: float
    about: str = ""
    """Which one of the source, where it has many: the order's number."""


@dataclass(frozen=True, slots=True)
class WhisperPrompt:
    """As the agent gets it. `id` is unique among calls; the agent's answer to it carries the same id."""

    id: str
    kind: PromptKind
    text: str
    source: str
    at_s: float
    """Seconds since the answer."""
    score: float
