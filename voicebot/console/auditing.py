"""What the console tells the audit log: who looked at a call, listened to it, saw its numbers, or took calls away."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from voicebot.privacy.audit import Audit
from voicebot.store.store import Store

SEEN: Final = "call.seen"
HEARD: Final = "recording.heard"
EXPORTED: Final = "calls.exported"
MONITORED: Final = "call.monitored"
"""Listened to while it went on, or spoken into."""

SAME_LISTENING_S: Final = 600.0
"""A browser fetches a recording in pieces, and anew at every jump: that is one listening for so long."""
_MOST_REMEMBERED: Final = 10_000


class Listening:
    """Notes each listening once, however many pieces a browser fetches."""

    def __init__(self, store: Store) -> None:
        self._audit = Audit(store)
        self._until: OrderedDict[tuple[str, str], float] = OrderedDict()

    async def heard(self, actor: str, call_id: str, *, at: float) -> None:
        """Committed when this returns. at: seconds of any steady clock. Raises StoreError."""
        key = (actor, call_id)
        if at < self._until.get(key, at):
            return
        await self._audit.record(actor, HEARD, f"call:{call_id}")
        self._until[key] = at + SAME_LISTENING_S
        self._until.move_to_end(key)
        if len(self._until) > _MOST_REMEMBERED:
            self._until.popitem(last=False)
