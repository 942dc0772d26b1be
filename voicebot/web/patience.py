"""How much a stranger may make the web server wait and remember before it knows what they want.

uvicorn itself waits for the rest of a request for ever and keeps as many headers as come: whoever reaches the port
could hold all its connections or fill its memory. Answers under way, and WebSockets, are not bounded here.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network
from typing import Final

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

log = structlog.get_logger(__name__)

REQUEST_S: Final = 30.0
"""From the connection, or the end of the answer before, to the end of a request's body."""
MOST_HEAD: Final = 64 * 1024
"""Bytes of a request's line and headers."""
MOST_FROM_ONE: Final = 512
"""Connections of one address that are no WebSockets: an office behind one address has some hundreds of browsers."""


def bounded_protocol(
    proxies: Collection[IPv4Network] = (),
    *,
    request_s: float = REQUEST_S,
    most_from_one: int = MOST_FROM_ONE,
) -> type[HttpToolsProtocol]:
    """For uvicorn's `http`. proxies: those of the settings, through whom everybody comes: theirs are not counted."""
    connections: Counter[str] = Counter()
    told: set[str] = set()
    """Addresses that have too many: each is logged once, until it has none."""

    class Bounded(HttpToolsProtocol):
        """One connection."""

        _address = ""
        _reads = False
        """Whether a request has begun and is not complete."""
        _head = 0
        """Its bytes that are no body: line, headers, trailers and the lengths of chunks."""
        _body = 0
        """Bytes of bodies in what was just received."""
        _over: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._address = self.client[0] if self.client else ""
            connections[self._address] += 1
            if connections[self._address] > most_from_one and not _is_of(self._address, proxies):
                if self._address not in told:
                    told.add(self._address)
                    log.warning("too_many_connections", address=self._address)
                transport.abort()
                return
            self._wait()

        def connection_lost(self, exc: Exception | None) -> None:
            self._leave()
            super().connection_lost(exc)

        def handle_websocket_upgrade(self) -> None:
            self._leave()
            super().handle_websocket_upgrade()

        def data_received(self, data: bytes) -> None:
            if self._over is None and not self._is_answering:
                self._wait()  # another request on the same connection
            self._body = 0
            super().data_received(data)
            self._head = self._head + len(data) - self._body if self._reads else 0
            if self._head > MOST_HEAD and not self.transport.is_closing():
                self.send_400_response("The request's headers are too large.")

        def on_message_begin(self) -> None:
            self._reads, self._head = True, 0
            super().on_message_begin()

        def on_body(self, body: bytes) -> None:
            self._body += len(body)
            super().on_body(body)

        def on_message_complete(self) -> None:
            self._reads = False
            self._stop_waiting()
            super().on_message_complete()

        @property
        def _is_answering(self) -> bool:
            return self.cycle is not None and not self.cycle.response_complete

        def _wait(self) -> None:
            self._over = self.loop.call_later(request_s, self._give_up)

        def _stop_waiting(self) -> None:
            if self._over is not None:
                self._over.cancel()
                self._over = None

        def _give_up(self) -> None:
            self._over = None
            self.transport.abort()

        def _leave(self) -> None:
            """Once, however the connection ends."""
            self._stop_waiting()
            if self._address:
                connections[self._address] -= 1
                if not connections[self._address]:
                    del connections[self._address]
                    told.discard(self._address)
                self._address = ""

    return Bounded


def _is_of(address: str, networks: Collection[IPv4Network]) -> bool:
    return any(IPv4Address(address) in network for network in networks)
