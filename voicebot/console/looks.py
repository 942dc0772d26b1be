"""Looking again and again at what a page shows: it is drawn anew only where there is something new.

Who clicks in the moment in which a list is drawn anew clicks on what has just been taken away, and nothing comes of it.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Generic, TypeVar

Found = TypeVar("Found")


class Looks(Generic[Found]):
    """At one thing. Looks may overlap: what a later one found is never followed by what an earlier one did."""

    def __init__(self) -> None:
        self._begun = 0
        self._shown: Found | None = None

    async def news(self, look: Awaitable[Found]) -> Found | None:
        """What was found, to be shown at once; None if it stands there already, or a later look has begun."""
        self._begun = this = self._begun + 1
        found = await look
        if this != self._begun or found == self._shown:
            return None
        self._shown = found
        return found
