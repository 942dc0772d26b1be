"""When in a turn something was said, estimated from the text: nobody measures the time of single words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from voicebot.privacy.redaction import TAKEN_OUT
from voicebot.store.records import TurnRecord

_PACES: Final = (0.5, 1.0, 4.0)
"""A dictated digit takes between these times as long as another syllable of the same speaker, pauses included."""
_MARGIN_MS: Final = 300
"""Beyond that, on both sides: for what the voice activity detection cuts off, and words of uneven length."""
_A_KEY_MS: Final = 2000
"""Slowest pace of pressing keys."""


def said_ms(turn: TurnRecord, before: int, inside: int, after: int) -> tuple[int, int]:
    """Earliest begin and latest end of `inside` syllables of a number, with so many around them in the turn."""
    if turn.detail.get("keypad"):
        return max(0, turn.ended_ms - _A_KEY_MS * (inside + 1)), turn.ended_ms + _MARGIN_MS
    length_ms = turn.ended_ms - turn.started_ms
    if turn.heard_text not in (None, turn.text):  # cut short: how far it came in its text is not known here
        before = after = 0
    shares = [_shares(before, inside * pace, after) for pace in _PACES]
    begin = turn.started_ms + length_ms * min(begin for begin, _ in shares)
    end = turn.started_ms + length_ms * max(end for _, end in shares)
    return max(0, round(begin) - _MARGIN_MS), round(end) + _MARGIN_MS


def _shares(before: float, inside: float, after: float) -> tuple[float, float]:
    whole = (before + inside + after) or 1.0
    return before / whole, (before + inside) / whole


def secrets_ms(turn: TurnRecord) -> Iterable[tuple[str, int, int]]:
    """Kind, begin and end of what was taken out of the turn, in milliseconds since the answer."""
    taken_out: Sequence[Any] = turn.detail.get(TAKEN_OUT, ())
    for kind, _start, _end, before, inside, after in taken_out:
        if kind != "private":  # was never recorded
            yield kind, *said_ms(turn, before, inside, after)
