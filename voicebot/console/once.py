"""Handlers of clicks for what must not happen twice: who double-clicks means it once."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Final

DOUBLE_CLICK_S: Final = 0.6
"""Between the clicks of those who mean one; systems allow half a second."""


def deliberate(act: Callable[[], Awaitable[bool | None]]) -> Callable[[], Awaitable[None]]:
    """For what can be done again and again: does `act` at a click, but not at the second one of a double click.

    What was not done, as it says itself by False, may be tried again at once.
    """
    at_work, last_at = False, -math.inf

    async def clicked() -> None:
        nonlocal at_work, last_at
        before, last_at = last_at, asyncio.get_running_loop().time()
        if at_work or last_at - before < DOUBLE_CLICK_S:
            return
        at_work = True
        try:
            if await act() is False:
                last_at = -math.inf
        finally:
            at_work = False

    return clicked


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
