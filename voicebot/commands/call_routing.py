"""The routing's decisions about one call, for `voicebot calls show`: who was rung, why, who might have been."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from voicebot.masking import mask
from voicebot.store.floor_records import OfferRecord
from voicebot.store.records import TurnRecord


def reasons_table(turns: Sequence[TurnRecord], *, reveal: bool) -> Table:
    """Why the caller is believed to speak what they do, as it stood at the end, and why a human was brought up."""
    table = Table(show_header=False, box=None)
    believed = next((turn.dialect_reasons for turn in reversed(turns) if turn.dialect_reasons), ())
    lines = [("why this dialect", "；".join(believed))] if believed else []
    lines += [(f"human, turn {turn.seq}", turn.handover_reason) for turn in turns if turn.handover_reason]
    for name, text in lines:
        table.add_row(Text(name, style="bold"), Text(text if reveal else mask(text)))
    return table


def routing_table(offers: Sequence[OfferRecord]) -> Table:
    """Prices are in seconds of waiting: whoever costs least is rung."""
    table = Table()
    for column in ("rung", "waited", "for", "what came of it", "why", "price", "instead"):
        table.add_column(column, overflow="fold")
    for offer in offers:
        instead = ", ".join(f"{one['agent_id']} {one['price']:.0f} s" for one in offer.alternatives)
        spoken = f"{offer.skill}, {offer.dialect}{'' if offer.dialect_matched else ' (not spoken)'}"
        cells = (
            offer.agent_id,
            f"{offer.waited_s:.0f} s",
            spoken,
            offer.fate or "going on",
            "；".join(offer.reasons),
            f"{sum(offer.price.values()):.0f} s",
            instead,
        )
        table.add_row(*map(Text, cells))
    return table
