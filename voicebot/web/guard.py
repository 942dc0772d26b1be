"""Stands in front of every page and the API: whose request it is, whether another site sent it, how long it lasts."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections import Counter
from contextlib import suppress
from typing import Final
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.utils import ClientDisconnected

from voicebot.accounts.permissions import Actor, actor_of
from voicebot.accounts.sessions import csrf_token, token_hash
from voicebot.sparing_log import SparingLog
from voicebot.store.store import StoreError
from voicebot.web import headers
from voicebot.web.problems import problem
from voicebot.web.provider import PATH as PROVIDER
from voicebot.web.visitor import ACTOR, NONCE, VISITOR, Visitor, Web, address_of

OPEN: Final = frozenset({"/sign-in", "/set-up", "/healthz"})
OPEN_WITH_PROVIDER: Final = OPEN | {f"{PROVIDER}/", f"{PROVIDER}/back"}
OPEN_BELOW: Final = "/web-static/"
"""What strangers may ask for. Everything else needs somebody who signed in."""
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER: Final = "X-CSRF-Token"
LARGEST_FROM_STRANGERS: Final = 64 * 1024
LARGEST: Final = 32 * 1024 * 1024
"""Bytes of a request's body."""
CLOSE_SIGNED_OUT: Final = 4401
MOST_SOCKETS: Final = 200
"""Of one person."""


class Guard:
    """ASGI middleware around the whole web process."""

    def __init__(self, app: ASGIApp, web: Web) -> None:
        self.app = app
        self._web = web
        self._open = OPEN_WITH_PROVIDER if web.settings.console.oidc.issuer else OPEN
        self._told = SparingLog()
        self._sockets: Counter[str] = Counter()
        """Open WebSockets of each person."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        scope[NONCE] = secrets.token_urlsafe(16)
        send = self._with_headers(scope, send)
        try:
            refusal = _with_nul(connection) or self._foreign(connection)
            if refusal is None:
                scope[VISITOR] = await self._visitor(connection)
                scope[ACTOR] = await self._actor(connection)
                refusal = self._stranger(connection) or self._without_token(connection)
        except StoreError as error:
            refusal = await self.without_store(connection, error)
        if refusal is not None:
            await refusal(scope, receive, send)  # on a WebSocket Starlette sends it as the refusal of the handshake
        elif scope["type"] == "websocket":
            await self._counted(connection, receive, send)
        else:
            await self._bounded(scope, receive, send)

    async def without_store(self, connection: HTTPConnection, error: StoreError) -> Response:
        """The answer to whatever needs a store that is away."""
        self._told.warning("web_without_store", address=address_of(connection), reason=str(error))
        return PlainTextResponse("The store is away; try again in a moment.", 503, {"Retry-After": "5"})

    def _foreign(self, connection: HTTPConnection) -> Response | None:
        """A refusal for names that are not ours, and for what pages of other sites make a browser send."""
        host = connection.headers.get("host", "")
        addresses = self._web.addresses
        if not addresses.is_ours(host):
            return PlainTextResponse("This server has another name; see console.url in its settings.", 421)
        origin = connection.headers.get("origin")
        scheme = connection.url.scheme.replace("ws", "http")
        if origin is None:
            # Browsers name the origin of all that is no mere reading: without one, their cookie has no business here.
            reads = connection.scope["type"] == "http" and connection.scope["method"] in SAFE
            allowed = reads or self._web.cookie not in connection.cookies
        else:
            allowed = addresses.is_our_page(origin, host=host, scheme=scheme)
        if allowed:
            return None
        address, path = address_of(connection), connection.url.path[:200]
        self._told.warning("foreign_origin_refused", address=address, origin=(origin or "")[:200], path=path)
        return PlainTextResponse("This request did not come from a page of this server.", 403)

    async def _visitor(self, connection: HTTPConnection, *, in_call: bool = False) -> Visitor | None:
        token = connection.cookies.get(self._web.cookie)
        if token is None:
            return None
        signed_in = await self._web.sign_in.resume(token, at=self._web.now(), in_call=in_call)
        if signed_in is None:
            return None
        return Visitor(actor_of(signed_in.account), signed_in.account, csrf_token(token))

    async def _actor(self, connection: HTTPConnection) -> Actor | None:
        """The person who signed in; for the API, the program whose key the request carries."""
        scheme, _, key = connection.headers.get("authorization", "").partition(" ")
        if is_api(connection) and scheme.lower() == "bearer":
            found = await self._web.api_keys.good(key.strip(), at=self._web.now())
            return found.actor if found else None
        visitor: Visitor | None = connection.scope[VISITOR]
        return visitor.actor if visitor else None

    def _stranger(self, connection: HTTPConnection) -> Response | None:
        """A refusal for who has not signed in, unless the path is open to all."""
        path, is_socket = connection.url.path, connection.scope["type"] == "websocket"
        is_open = not is_socket and (path in self._open or path.startswith(OPEN_BELOW))
        if connection.scope[ACTOR] is not None or is_open:
            return None
        if is_api(connection):
            detail = "Sign in, or send an API key that is still good: `Authorization: Bearer KEY`."
            return problem(401, detail, headers={"WWW-Authenticate": "Bearer"})
        is_get = not is_socket and connection.scope["method"] == "GET"
        if is_get and "text/html" in connection.headers.get("accept", ""):
            query = f"?{connection.url.query}" if connection.url.query else ""
            return RedirectResponse(f"/sign-in?next={quote(path + query, safe='')}", 303)
        return PlainTextResponse("Sign in first.", 401)

    def _without_token(self, connection: HTTPConnection) -> Response | None:
        """A refusal for what changes something through the API in a person's name without the token of their pages."""
        visitor: Visitor | None = connection.scope[VISITOR]
        in_a_persons_name = visitor is not None and connection.scope[ACTOR] is visitor.actor
        if not is_api(connection) or not in_a_persons_name or connection.scope.get("method") in SAFE:
            return None
        given = connection.headers.get(CSRF_HEADER, "")
        if visitor is not None and hmac.compare_digest(given.encode(), visitor.csrf_token.encode()):
            return None
        return problem(403, f"Requests of a signed-in person need the header {CSRF_HEADER}; programs use an API key.")

    async def _counted(self, connection: HTTPConnection, receive: Receive, send: Send) -> None:
        """A WebSocket among those of its person, of whom nobody has more than they could look at."""
        who = connection.scope[ACTOR].id
        if self._sockets[who] >= MOST_SOCKETS:
            await PlainTextResponse("Too many pages are open; close some.", 429)(connection.scope, receive, send)
            return
        self._sockets[who] += 1
        try:
            await self._watched(connection, receive, send)
        finally:
            self._sockets[who] -= 1
            self._sockets += Counter()  # forgets those who have none

    async def _watched(self, connection: HTTPConnection, receive: Receive, send: Send) -> None:
        """A WebSocket, for as long as its session goes on."""

        async def talk() -> None:
            with suppress(ClientDisconnected):  # who left before it was taken is missed by nobody
                await self.app(connection.scope, receive, send)

        async with asyncio.TaskGroup() as tasks:
            talking = tasks.create_task(talk())
            watching = tasks.create_task(self._session_over(connection))
            await asyncio.wait({talking, watching}, return_when=asyncio.FIRST_COMPLETED)
            watching.cancel()
            if not talking.done():
                talking.cancel()
                with suppress(RuntimeError, OSError):  # the browser was quicker
                    await send({"type": "websocket.close", "code": CLOSE_SIGNED_OUT})

    async def _session_over(self, connection: HTTPConnection) -> None:
        """Returns once the session has ended, at once where that was here. A store that is away ends none."""
        visitor: Visitor | None = connection.scope[VISITOR]
        account = visitor.account if visitor else None
        token = connection.cookies.get(self._web.cookie, "")
        whose = (token_hash(token), account.id if account else "")
        with self._web.sign_in.book.endings.heard_of(*whose) as ended:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._web.check_every_s):
                        await ended.wait()
                ended.clear()
                in_call = account is not None and account.agent_id in self._web.in_call
                with suppress(StoreError):
                    if await self._visitor(connection, in_call=in_call) is None:
                        return

    async def _bounded(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A request whose body has a bound."""
        left = LARGEST if scope[ACTOR] else LARGEST_FROM_STRANGERS

        async def receive_bounded() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, "The request is too large.")  # which the application answers with
            return message

        with suppress(ClientDisconnect):  # who left in the middle of a request waits for no answer
            await self.app(scope, receive_bounded, send)

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        """`send` that adds what the answer did not say itself."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                answer = MutableHeaders(scope=message)
                for name, value in headers.HEADERS.items():
                    answer.setdefault(name, value)
                answer.setdefault("Cache-Control", "no-store")
                is_page = answer.get("content-type", "").startswith("text/html")
                policy = headers.console_page(scope[NONCE]) if is_page else headers.DATA
                answer.setdefault("Content-Security-Policy", policy)
                if self._web.addresses.is_encrypted:
                    answer.setdefault("Strict-Transport-Security", headers.HSTS)
            await send(message)

        return send_with_headers


def _with_nul(connection: HTTPConnection) -> Response | None:
    """A refusal for the character NUL: no text of ours holds it, and PostgreSQL takes none."""
    if "\0" not in connection.scope["path"] and b"%00" not in connection.scope["query_string"]:
        return None
    why = "The character NUL cannot be part of anything here."
    return problem(400, why) if is_api(connection) else PlainTextResponse(why, 400)


def is_api(connection: HTTPConnection) -> bool:
    return connection.url.path.startswith("/api/")
