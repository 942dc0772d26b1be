"""How calls ended over time, as the series of a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from voicebot.console.components.columns_chart import Series
from voicebot.console.texts import Texts

_COLOURS: Final = {
    "resolved": "var(--chart-good)",
    "callback": "var(--chart-accent)",
    "voicemail": "var(--series-4)",
    "abandoned": "var(--chart-warn)",
    "turned_away": "var(--series-2)",
    "interrupted": "var(--chart-bad)",
    "": "var(--line-strong)",
}
"""Outcome -> colour, in the order of the columns from below; "" is a call that goes on."""
_OTHER_COLOUR: Final = "var(--ink-faint)"


def outcome_series(t: Texts, counts: Sequence[Mapping[str, int]]) -> list[Series]:
    """counts: outcome -> calls, for each column. Outcomes that never came are left out."""
    seen = {outcome for column in counts for outcome, count in column.items() if count}
    in_order = [*(outcome for outcome in _COLOURS if outcome in seen), *sorted(seen - _COLOURS.keys())]
    return [
        Series(
            t.named("outcome", outcome or "open"),
            [column.get(outcome, 0) for column in counts],
            _COLOURS.get(outcome, _OTHER_COLOUR),
        )
        for outcome in in_order
    ]
