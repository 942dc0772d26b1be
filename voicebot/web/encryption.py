"""TLS in front of HTTP: a connection counts, and has its time, from its first packet on."""

from __future__ import annotations

import asyncio
import ssl
from asyncio.sslproto import SSLProtocol
from pathlib import Path
from typing import Any, Final, cast

from uvicorn.protocols.utils import get_remote_addr

from voicebot.config import ConfigError
from voicebot.web.connections import Connections, Counted

HANDSHAKE_S: Final = 10
"""asyncio itself waits a minute. Browsers on a slow line need two seconds."""
GOODBYE_S: Final = 5
"""For the other side's last word."""


def context_of(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 and later. Raises ConfigError for a certificate that is none, or not the key's."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except (ssl.SSLError, OSError) as error:
        raise ConfigError(
            f"console.certificate, console.key: {certificate} and {key} cannot be used ({error}); "
            "they must be PEM files, the key without a password and that of the first certificate"
        ) from error
    return context


def encrypted(
    http: type[Counted], context: ssl.SSLContext, connections: Connections, *, handshake_s: int = HANDSHAKE_S
) -> type[asyncio.Protocol]:
    """For uvicorn's `http`: that protocol within TLS, one connection a time, as asyncio's own server would do it."""

    class Encrypted(SSLProtocol):
        def __init__(self, *, _loop: asyncio.AbstractEventLoop | None = None, **of_uvicorn: Any) -> None:
            loop = _loop or asyncio.get_running_loop()
            self._http = http(**of_uvicorn, _loop=loop)
            super().__init__(
                loop,
                self._http,
                context,
                cast("asyncio.Future[object]", None),  # nobody waits for the handshake
                server_side=True,
                ssl_handshake_timeout=handshake_s,
                ssl_shutdown_timeout=GOODBYE_S,
            )

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            address = get_remote_addr(cast(asyncio.Transport, transport))
            self._http.place = connections.enter(address[0]) if address else None
            if self._http.place is None:
                cast(asyncio.Transport, transport).abort()
            else:
                super().connection_made(transport)

        def connection_lost(self, exc: BaseException | None) -> None:
            if self._http.place is not None:  # the handshake may have failed, which its protocol is not told
                self._http.place.leave()
            super().connection_lost(exc)

    return cast("type[asyncio.Protocol]", Encrypted)
