"""Asks registered phones whether they are there: it keeps their NAT open and notices those that lost the network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from sippy.SipURL import SipURL

from telephony.sip.bindings import Binding
from telephony.sip.ping import NO_ANSWER, options
from telephony.sip.stack import Stack


class Keepalive:
    """Sends OPTIONS to one phone at a time, spread over the interval: a shift that signs on at once is not asked at
    once. Any answer at all, refusals too, says that the phone is there."""

    def __init__(
        self,
        stack: Stack,
        interval_s: float,
        phones: Callable[[], Sequence[Binding]],
        on_gone: Callable[[Binding], None],
    ) -> None:
        """`interval_s`: each of `phones` is asked so often. `on_gone` hears of one that has not answered for 32 s (the
        stack's time-out of a request)."""
        self._stack = stack
        self._interval_s = interval_s
        self._phones = phones
        self._on_gone = on_gone
        self._asked: dict[tuple[str, str], float] = {}
        self._waiting: set[tuple[str, str]] = set()
        self._loop = asyncio.get_running_loop()
        self._next = self._loop.call_later(interval_s, self._ask_next)

    def stop(self) -> None:
        self._next.cancel()

    def _ask_next(self) -> None:
        """Ask whoever was not asked for longest."""
        phones = {(phone.user, phone.uri): phone for phone in self._phones()}
        self._next = self._loop.call_later(self._interval_s / max(1, len(phones)), self._ask_next)
        self._asked = {key: self._asked.get(key, 0.0) for key in phones}
        idle = [key for key in phones if key not in self._waiting]
        if idle:
            key = min(idle, key=self._asked.__getitem__)
            self._asked[key] = self._loop.time()
            self._ask(key, phones[key])

    def _ask(self, key: tuple[str, str], phone: Binding) -> None:
        def heard(answer: Any) -> None:
            self._waiting.discard(key)
            if answer.getSCode()[0] == NO_ANSWER:
                self._on_gone(phone)

        self._waiting.add(key)
        asking = options(self._stack, SipURL(phone.uri), phone.source)
        self._stack.newTransaction(asking, resp_cb=heard)
