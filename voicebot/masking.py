"""Makes personal data in text unreadable, for logs and screens.

`mask` looks for numbers that give themselves away; `masked` hides what was found in a text before. Order numbers,
dates and amounts stay readable. In doubt a number is masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from voicebot.privacy.number_search import MOST_PIECES, find_numbers
from voicebot.privacy.numbers import kind_of
from voicebot.privacy.said_digits import Piece, digits_of, runs
from voicebot.privacy.spans import PersonalKind, Span

_SHORTEST = 7
_READABLE = 10
"""Digits from which on a few at both ends stay readable."""


def mask(text: str) -> str:
    """`text` with every personal number reduced to its first three and last two digits."""
    return masked(text, [span for run in runs(text) for span in _personal(run)])


def masked(text: str, spans: Iterable[Span]) -> str:
    """`text` with the `spans` hidden, each as its kind allows. The one way to show personal data to people."""
    out, written = [], 0
    for span in sorted(spans, key=lambda span: span.start):
        if span.start < written:
            continue  # two readings of the same words
        out += [text[written : span.start], hidden(text[span.start : span.end], span.kind, span.readable)]
        written = span.end
    return "".join(out) + text[written:]


def mask_values(value: Any) -> Any:
    """`value` with every string and number in it masked; mappings and sequences of any depth."""
    if isinstance(value, str):
        return mask(value)
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        text = str(value)
        return value if (hidden := mask(text)) == text else hidden
    if isinstance(value, Mapping):
        return {mask_values(key): mask_values(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask_values(each) for each in value]
    return mask(str(value))  # dataclasses, exceptions, paths: as they would be printed


def _personal(run: list[Piece]) -> list[Span]:
    if len(run) > MOST_PIECES:
        return [Span("unclear", run[0].start, run[-1].end)]
    if sum(len(piece.digits) for piece in run) < _SHORTEST:
        return []
    found = find_numbers(run, lambda number, _first: kind_of(number))
    return [Span(each.kind, run[each.first].start, run[each.end - 1].end) for each in found]


def hidden(text: str, kind: PersonalKind, readable: int = 0) -> str:
    """What is shown instead of `text`. readable: characters at its beginning that stay."""
    match kind:
        case "bank_card" | "identity_card" | "phone":
            return _number(digits_of(text))
        case "name":
            return text[:readable] + "*" * (len(text) - readable)
        case "cvv" | "one_time_code" | "password":
            return "*" * len(digits_of(text))
        case "address" | "unclear" | "private":
            return "***"


def _number(number: str) -> str:
    country = re.match(r"(?:\+|00)?86(?=\d{9,12}$)|\+", number)
    prefix = country.group() if country else ""
    digits = number[len(prefix) :]
    if len(digits) < _READABLE:
        return prefix + "*" * len(digits)
    return f"{prefix}{digits[:3]}{'*' * (len(digits) - 5)}{digits[-2:]}"
