"""What was found in a text, and where: the form in which findings are passed about and stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

PersonalKind = Literal[
    "bank_card", "identity_card", "phone", "cvv", "one_time_code", "password", "name", "address", "unclear", "private"
]
"""unclear: too long a run of digits to be searched. private: said while the recording was paused."""
KINDS: Final = frozenset(get_args(PersonalKind))
NEVER_KEPT: Final = frozenset({"bank_card", "cvv", "one_time_code", "password", "private"})
"""Nobody may have these in the clear: they are taken out before anything is stored or sent, for good."""


@dataclass(frozen=True, slots=True)
class Span:
    """`text[start:end]` is personal data of this kind."""

    kind: PersonalKind
    start: int
    end: int
    readable: int = 0
    """Characters at its beginning that may be shown: a surname."""


def overlaps(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def to_json(spans: Iterable[Span]) -> list[list[str | int]]:
    return [[span.kind, span.start, span.end, span.readable] for span in spans]


def from_json(stored: Any) -> list[Span] | None:
    """None for anything but what `to_json` made: the text is to be searched again."""
    if not isinstance(stored, list):
        return None
    spans = []
    for each in stored:
        match each:
            case [str(kind), int(start), int(end), int(readable)] if kind in KINDS and 0 <= start <= end:
                spans.append(Span(kind, start, end, readable))  # type: ignore[arg-type]  # one of KINDS
            case _:
                return None
    return spans
