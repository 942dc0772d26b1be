"""Wakes, in this process, whoever waits for the end of a session: a page that is open does not outlive a sign-out."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Endings:
    """What was ended by another process is not told here: who waits asks the store now and then besides."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def heard_of(self, *whose: str) -> Iterator[asyncio.Event]:
        """Set, within this, each time that one of them ends. whose: hashes of tokens, ids of accounts."""
        ended = asyncio.Event()
        for each in whose:
            self._waiting[each].add(ended)
        try:
            yield ended
        finally:
            for each in whose:
                self._waiting[each].discard(ended)
                if not self._waiting[each]:
                    del self._waiting[each]

    def tell(self, whose: str) -> None:
        for ended in self._waiting.get(whose, ()):
            ended.set()
