"""How many calls a machine carries at once: doubled until callers wait too long, then halved in on the limit."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

MOST_CALLS: Final = 512
FINENESS: Final = 0.1
"""The limit is searched until it is known to this share of itself, or to one call."""


@dataclass(frozen=True, slots=True)
class Limit:
    """most: calls that were carried; 0 when not even the first number was. fails_at: None when nothing failed."""

    most: int
    fails_at: int | None


async def find_limit(carried: Callable[[int], Awaitable[bool]], first: int) -> Limit:
    """carried: whether so many calls are. Begins with `first`; asks no number twice."""
    most, tried = 0, first
    while await carried(tried):
        most = tried
        if tried >= MOST_CALLS:
            return Limit(most, None)
        tried = min(2 * tried, MOST_CALLS)
    fails_at = tried
    while fails_at - most > max(1, FINENESS * most):
        tried = (most + fails_at) // 2
        if await carried(tried):
            most = tried
        else:
            fails_at = tried
    return Limit(most, fails_at)
