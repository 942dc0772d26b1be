"""Handlers of clicks for what must not happen twice: who double-clicks means it once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable


def once(act: Callable[[], Awaitable[bool]]) -> Callable[[], Awaitable[None]]:
    """Does `act` at a click; not again while it is at work, nor once it was done, as it says itself."""
    over = False

    async def clicked() -> None:
        nonlocal over
        if over:
            return
        over, done = True, False
        try:
            done = await act()
        finally:
            over = done

    return clicked
