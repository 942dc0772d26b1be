"""How much a stranger may make the web server wait and remember before it knows what they want.

uvicorn itself waits for the rest of a request for ever and keeps as many headers as come: whoever reaches the port
could hold all its connections or fill its memory. Answers under way, and WebSockets, are not bounded here.
"""

from __future__ import annotations

import asyncio
from typing import Final

from voicebot.web.connections import Connections, Counted

REQUEST_S: Final = 30.0
"""From the connection, or the end of the answer before, to the end of a request's body."""
MOST_HEAD: Final = 64 * 1024
"""Bytes of a request's line and headers."""


def bounded_protocol(connections: Connections, *, request_s: float = REQUEST_S) -> type[Counted]:
    """For uvicorn's `http`."""

    class Bounded(Counted):
        """One connection."""

        _reads = False
        """Whether a request has begun and is not complete."""
        _head = 0
        """Its bytes that are no body: line, headers, trailers and the lengths of chunks."""
        _body = 0
        """Bytes of bodies in what was just received."""
        _over: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if self.place is None and self.client:
                self.place = connections.enter(self.client[0])
            if self.place is None:
                transport.abort()
            else:
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

        def send_400_response(self, msg: str) -> None:
            connections.told.warning("bad_request", address=self.place.address if self.place else "", reason=msg)
            super().send_400_response(msg)

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
            if self.place is not None:
                self.place.leave()

    return Bounded
