"""A small OpenID provider over real HTTP: it knows one person, and can be told to misbehave."""

import asyncio
import base64
import hashlib
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Form, HTTPException, Request
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.responses import RedirectResponse

from voicebot.free_ports import free_ports

CLIENT_ID, CLIENT_SECRET = "voicebot", "the client's secret"


@dataclass
class Provider:
    issuer: str
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "person-1"})
    claims: dict[str, Any] = field(default_factory=dict)
    """In place of the right ones in the ID token."""
    forges: bool = False
    """Signs with a key that is not its own."""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "1"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> FastAPI:
        app = FastAPI()
        app.get("/.well-known/openid-configuration")(self._describe)
        app.get("/keys")(lambda: {"keys": [self.key.as_dict(private=False)]})
        app.get("/authorize")(self._authorize)
        app.post("/token")(self._token)
        return app

    def _describe(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["ES256"],
        }

    def _authorize(self, request: Request) -> RedirectResponse:
        """Everybody is signed in already, as the one person."""
        asked = dict(request.query_params)
        code = secrets.token_urlsafe()
        self.codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 302)

    def _token(
        self, request: Request, code: str = Form(), code_verifier: str = Form(), redirect_uri: str = Form()
    ) -> dict[str, Any]:
        asked = self.codes.pop(code, None)
        expected = "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET.replace(' ', '+')}".encode()).decode()
        plain = "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != redirect_uri:
            raise HTTPException(400, "invalid_grant")
        if request.headers.get("authorization") not in (expected, plain):
            raise HTTPException(401, "invalid_client")
        now = int(time.time())
        right = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        key = ECKey.generate_key("P-256", {"kid": "1"}) if self.forges else self.key
        id_token = jwt.encode({"alg": "ES256", "kid": "1"}, {**right, **self.person, **self.claims}, key)
        return {"access_token": secrets.token_urlsafe(), "token_type": "Bearer", "id_token": id_token}


@asynccontextmanager
async def provider_running() -> AsyncIterator[Provider]:
    (port,) = free_ports(1)
    provider = Provider(f"http://127.0.0.1:{port}")
    server = uvicorn.Server(uvicorn.Config(provider.app(), port=port, log_config=None))
    running = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)
    try:
        yield provider
    finally:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await running
