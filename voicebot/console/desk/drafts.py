"""Notes that agents have begun to write, while the calls go on."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

MOST_DRAFTS: Final = 1000


class NoteDrafts:
    """Of all desks of the process, by call and agent; the oldest are forgotten."""

    def __init__(self) -> None:
        self._drafts: OrderedDict[tuple[str, str], str] = OrderedDict()

    def of(self, call_id: str, agent_id: str) -> str:
        return self._drafts.get((call_id, agent_id), "")

    def keep(self, call_id: str, agent_id: str, text: str) -> None:
        self._drafts[call_id, agent_id] = text
        self._drafts.move_to_end((call_id, agent_id))
        if len(self._drafts) > MOST_DRAFTS:
            self._drafts.popitem(last=False)
