"""Counts the connections of each address, of which one has some hundreds at most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from voicebot.sparing_log import SparingLog

MOST_FROM_ONE: Final = 512
"""Connections of one address that are no WebSockets: an office behind one address has some hundreds of browsers."""


class Connections:
    """Of one server."""

    def __init__(self, proxies: Collection[IPv4Network] = (), *, most_from_one: int = MOST_FROM_ONE) -> None:
        """proxies: those of the settings, through whom everybody comes: theirs have no bound."""
        self.told = SparingLog()
        self._proxies = proxies
        self._most = most_from_one
        self._of: Counter[str] = Counter()

    def enter(self, address: str) -> Place | None:
        """None where there are too many: the connection is to be ended."""
        if self._of[address] >= self._most and not any(IPv4Address(address) in each for each in self._proxies):
            self.told.warning("too_many_connections", address=address)
            return None
        self._of[address] += 1
        return Place(self, address)

    def forget_one(self, address: str) -> None:
        self._of[address] -= 1
        if not self._of[address]:
            del self._of[address]


class Place:
    """One connection among those of its address, until it leaves."""

    def __init__(self, among: Connections, address: str) -> None:
        self.address = address
        self._among: Connections | None = among

    def leave(self) -> None:
        """Once, however often it is called."""
        if self._among is not None:
            self._among.forget_one(self.address)
            self._among = None


class Counted(HttpToolsProtocol):
    """uvicorn's, with the place that it has, or that was taken for it when its handshake began."""

    place: Place | None = None
