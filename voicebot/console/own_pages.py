"""A page belongs to the session that asked for it: through NiceGUI's sockets nobody else sees it or acts in it.

NiceGUI itself only asks a socket for the page's id. Who was signed out could keep a page of theirs, with all that it
may do, alive in a colleague's session; so each socket is asked here for the session that it was opened in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs

import socketio
from nicegui import Client, core
from socketio.exceptions import ConnectionRefusedError as Refused

from voicebot.web.visitor import VISITOR, Visitor

LOAD_AGAIN: Final = "Implicit handshake failed"
"""At these words NiceGUI's script loads the page again: it is another session's, or of a console that has ended."""
WITHIN_A_PAGE: Final = ("event", "javascript_response", "ack")
"""What a browser says of a page that it has shaken hands for."""


def bind_to_sessions() -> None:
    """Once a process; again does no harm. WebSockets only: the guard watches each for as long as its session lasts."""
    core.app.config.socket_io_js_transports = ["websocket"]
    server: socketio.AsyncServer = core.sio
    server.eio.transports = ["websocket"]
    handlers: dict[str, Callable[..., Any]] = server.handlers["/"]
    if handlers["log"] is _ignore:
        return
    connect, shake_hands = handlers["connect"], handlers["handshake"]

    async def connected(sid: str, environ: dict[str, Any], auth: object = None) -> None:
        asked = parse_qs(environ.get("QUERY_STRING", "")).get("client_id")
        if asked and not _is_of_its_session(asked[0], environ):
            raise Refused(LOAD_AGAIN)
        await connect(sid, environ, auth)

    async def shaken(sid: str, told: object = None) -> bool:
        if not isinstance(told, dict) or not _is_of_its_session(told.get("client_id"), server.get_environ(sid)):
            return False
        return bool(await shake_hands(sid, told))

    def within(handle: Callable[..., None]) -> Callable[..., None]:
        def said(sid: str, told: object = None) -> None:
            if isinstance(told, dict) and told.get("client_id") in server.rooms(sid):
                handle(sid, told)

        return said

    handlers["connect"], handlers["handshake"] = connected, shaken
    for name in WITHIN_A_PAGE:
        handlers[name] = within(handlers[name])
    handlers["log"] = _ignore


def _is_of_its_session(page_id: object, environ: Mapping[str, Any]) -> bool:
    page = Client.instances.get(page_id) if isinstance(page_id, str) else None
    if page is None:
        return False
    builder: Visitor | None = page.request.scope.get(VISITOR)
    asker: Visitor | None = environ["asgi.scope"].get(VISITOR)
    return builder is not None and asker is not None and builder.csrf_token == asker.csrf_token


def _ignore(_sid: str, *_told: object) -> None:
    """Browsers write nothing into the log: anybody who signed in could fill it, or make up what stands there."""
