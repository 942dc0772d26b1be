"""ICE-lite (RFC 8445): answers a browser's connectivity checks, and so learns the one address that it may talk to."""

from __future__ import annotations

import asyncio
import secrets
import struct
from typing import Final

from aioice import stun

from telephony.udp import Address

LONGEST_CHECK: Final = 512
"""Bytes. Browsers' checks have some 100 to 150."""
_FIRST_BYTES: Final = range(4)


def is_stun(first_byte: int) -> bool:
    """By the first byte of a datagram (RFC 7983)."""
    return first_byte in _FIRST_BYTES


class IceLite:
    """One browser's. Checks without our password in them are not answered at all: nothing is reflected."""

    def __init__(self, remote_ufrag: str) -> None:
        self.ufrag = secrets.token_hex(4)
        self.password = secrets.token_hex(16)
        self.peer: Address | None = None
        """The browser, wherever it nominated itself last: a laptop that changes its network stays connected."""
        self.nominated = asyncio.Event()
        """There is a peer."""
        self._username = f"{self.ufrag}:{remote_ufrag}"
        self._name = self._username.encode()

    def is_named_in(self, datagram: bytes | bytearray) -> bool:
        """Whether it may be our browser's: told without reading it, for anybody may send what takes long to read."""
        return len(datagram) <= LONGEST_CHECK and self._name in datagram

    def answer(self, datagram: bytes, source: Address) -> bytes | None:
        """Our answer to a check; None where there is none to give."""
        try:
            check = stun.parse_message(datagram)
        except (ValueError, struct.error):
            return None
        if not self._is_from_our_browser(check):
            return None
        if "USE-CANDIDATE" in check.attributes:
            self.peer = source
            self.nominated.set()
        answer = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, check.transaction_id)
        answer.attributes["XOR-MAPPED-ADDRESS"] = source
        answer.add_message_integrity(self.password.encode())
        return bytes(answer)

    def _is_from_our_browser(self, check: stun.Message) -> bool:
        return (
            check.message_class == stun.Class.REQUEST
            and check.message_method == stun.Method.BINDING
            and check.attributes.get("USERNAME") == self._username
            and check.check_message_integrity(self.password.encode())
        )
