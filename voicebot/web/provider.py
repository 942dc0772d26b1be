"""Signing in with the company's OpenID provider, by Authlib: code flow with PKCE, state, nonce, signed ID token."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from typing import Any, Final

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from voicebot.config import secret
from voicebot.sparing_log import SparingLog
from voicebot.web.pages import page, texts
from voicebot.web.session_cookie import inside, let_in
from voicebot.web.visitor import Web, address_of

PATH: Final = "/sign-in/provider"
COOKIE: Final = "voicebot_provider"
MINUTES: Final = 10
"""Time that a person has at the provider."""
TIMEOUT_S: Final = 10.0
MOST_UNDER_WAY: Final = 1000


class ProviderSignIn:
    """Two addresses under PATH: one that leads to the provider, one that it leads back to."""

    def __init__(self, web: Web) -> None:
        self._web = web
        settings = web.settings.console.oidc
        self._settings = settings
        self._told = SparingLog()
        oauth = OAuth(cache=_UnderWay())
        self._provider: Final = oauth.register(
            "company",
            server_metadata_url=f"{settings.issuer}/.well-known/openid-configuration",
            client_id=settings.client_id,
            client_secret=secret(settings.client_secret),
            client_kwargs={"scope": settings.scope, "code_challenge_method": "S256", "timeout": TIMEOUT_S},
        )

    def app(self) -> Starlette:
        """To be mounted at PATH. Its cookie says only which sign-in under way is this browser's."""
        cookie = Middleware(
            SessionMiddleware,
            secret_key=secrets.token_urlsafe(32),
            session_cookie=COOKIE,
            max_age=MINUTES * 60,
            path=PATH,
            same_site="lax",
            https_only=self._web.addresses.is_encrypted,
        )
        routes = [Route("/", self._leave), Route("/back", self._come_back)]
        return Starlette(routes=routes, middleware=[cookie])

    async def _leave(self, request: Request) -> Response:
        request.session["next"] = inside(request.query_params.get("next"))
        try:
            answer: Response = await self._provider.authorize_redirect(request, f"{self._web.addresses.url}{PATH}/back")
        except (
            AuthlibBaseError,
            httpx2.HTTPError,
            ValueError,
        ) as error:  # ValueError: what it tells of itself is no JSON
            return self._refuse(request, 502, error)
        return answer

    async def _come_back(self, request: Request) -> Response:
        required = {"iss": {"essential": True, "value": self._settings.issuer}}
        required |= {"aud": {"essential": True, "value": self._settings.client_id}}
        try:
            token: dict[str, Any] = await self._provider.authorize_access_token(request, claims_options=required)
        except (AuthlibBaseError, JoseError, httpx2.HTTPError, ValueError) as error:
            return self._refuse(request, 403, error)
        subject = token.get("userinfo", {}).get(self._settings.claim)
        account = await self._web.sign_in.book.by_subject(subject) if isinstance(subject, str) and subject else None
        if account is None or account.disabled:
            return self._refuse(request, 403, None)
        wanted = inside(request.session.get("next"))
        request.session.clear()
        opened = await self._web.sign_in.open(account, address=address_of(request), at=self._web.now())
        return await let_in(self._web, request, opened, wanted)

    def _refuse(self, request: Request, status: int, error: Exception | None) -> Response:
        request.session.clear()
        reason = f"{type(error).__name__}: {error}"[:500] if error else "no account of this system is for this person"
        self._told.warning("provider_sign_in_failed", address=address_of(request), reason=reason)
        problem = texts(request)["provider_refused"]
        return page(request, "sign_in.html", "sign_in", status=status, problem=problem, next="/", provider=PATH)


class _UnderWay:
    """What is remembered of each sign-in until its person comes back: in memory, so that it can be used once only."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[float, str]] = OrderedDict()

    async def get(self, key: str) -> str | None:
        ends_at, value = self._kept.get(key, (0.0, ""))
        return value if ends_at > asyncio.get_running_loop().time() else None

    async def set(self, key: str, value: str, _expires_s: float) -> None:
        self._kept[key] = (asyncio.get_running_loop().time() + MINUTES * 60, value)
        while len(self._kept) > MOST_UNDER_WAY:
            self._kept.popitem(last=False)

    async def delete(self, key: str) -> None:
        self._kept.pop(key, None)
