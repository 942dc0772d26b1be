"""Programs that use the API of a test's server."""

from datetime import timedelta

import httpx

from tests.voicebot.web.running import Server
from voicebot.api.app import PATH

NUMBER = "+8613800138000"
MASKED = "+86138******00"


async def program(server: Server, *scopes: str, teams: tuple[str, ...] = (), **lasting: float) -> httpx.AsyncClient:
    """With a key of these scopes."""
    until = server.clock() + timedelta(**lasting) if lasting else None
    key = await server.web.api_keys.add("crm", scopes, at=server.clock(), teams=teams, expires_at=until)
    return httpx.AsyncClient(base_url=server.url + PATH, headers={"Authorization": f"Bearer {key}"})
