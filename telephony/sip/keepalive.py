"""Asks registered phones whether they are there: it keeps their NAT open and notices those that lost the network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sippy.SipAddress import SipAddress
from sippy.SipCallId import SipCallId
from sippy.SipCSeq import SipCSeq
from sippy.SipFrom import SipFrom
from sippy.SipRequest import SipRequest
from sippy.SipURL import SipURL

from telephony.sip.bindings import Binding
from telephony.sip.stack import Stack

NO_ANSWER = 408


class Keepalive:
    """Sends OPTIONS. Any answer at all, refusals too, says that the phone is there."""

    def __init__(self, stack: Stack, interval_s: float, on_gone: Callable[[Binding], None]) -> None:
        """`on_gone` hears of a phone that has not answered for 32 s (the stack's time-out of a request)."""
        self._stack = stack
        self._interval_s = interval_s
        self._on_gone = on_gone
        self._asked_at_s: dict[tuple[str, str], float] = {}
        self._waiting: set[tuple[str, str]] = set()

    def look_after(self, phones: Sequence[Binding], now_s: float) -> None:
        """To be called regularly with all phones. A new one is first asked after one interval."""
        keys = {(phone.user, phone.uri): phone for phone in phones}
        self._asked_at_s = {key: self._asked_at_s.get(key, now_s) for key in keys}
        for key, phone in keys.items():
            if key not in self._waiting and now_s - self._asked_at_s[key] >= self._interval_s:
                self._asked_at_s[key] = now_s
                self._ask(key, phone)

    def _ask(self, key: tuple[str, str], phone: Binding) -> None:
        def heard(answer: Any) -> None:
            self._waiting.discard(key)
            if answer.getSCode()[0] == NO_ANSWER:
                self._on_gone(phone)

        self._waiting.add(key)
        self._stack.newTransaction(self._options(phone), resp_cb=heard)

    def _options(self, phone: Binding) -> SipRequest:
        sender = SipFrom(address=SipAddress(url=SipURL(username=self._stack.user_agent)))
        sender.genTag()
        return SipRequest(
            method="OPTIONS",
            ruri=SipURL(phone.uri),
            fr0m=sender,
            cseq=SipCSeq.genRandCSeq(),
            callid=SipCallId(),
            target=(phone.source, "udp"),
            user_agent=self._stack.user_agent,
        )
