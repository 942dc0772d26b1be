"""The API as one application: routes, errors as problem+json, the rate limit."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

import structlog
from fastapi import Depends, FastAPI, HTTPException, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import Response

from models.address import InferenceError
from voicebot.api import about, agents, calls, customers, dialling, knowledge, routing, scores, tasks
from voicebot.api.asking import Asks
from voicebot.company.problems import CompanyError
from voicebot.store.database import StoreError
from voicebot.web.problems import MEDIA_TYPE, problem
from voicebot.web.rate_limit import RateLimit
from voicebot.web.visitor import Web

log = structlog.get_logger(__name__)

PATH: Final = "/api/v1"
BURST_SHARE: Final = 10
"""A tenth of a minute's requests may come at once."""
_KEY: Final = HTTPBearer(
    auto_error=False, description="An API key, made by an administrator in the console. Signed-in people need none."
)
_NEEDED: Final[Mapping[type[Exception], str]] = {
    StoreError: "The store is away",
    InferenceError: "The model host is away",
    CompanyError: "The company's folder has a mistake",
}
_DESCRIPTION: Final = """
Calls, their scores, customers, follow-ups, agents and knowledge of this call centre.

Programs send `Authorization: Bearer KEY`. Lists come in pages: `next` is the address of the following one. Calls and
follow-ups that come in while a program reads on shift nothing. Errors are problems as in RFC 9457. Personal numbers are
masked without the scope `numbers:read`.
"""


def build_api(web: Web) -> FastAPI:
    """To be mounted at PATH, behind the guard."""
    limit = RateLimit(
        per_minute=web.settings.console.api_requests_per_minute,
        burst=max(1, web.settings.console.api_requests_per_minute // BURST_SHARE),
    )

    async def limited(asks: Asks) -> None:
        wait_s = limit.wait_s(asks.actor.id, at_s=asyncio.get_running_loop().time())
        if wait_s:
            raise HTTPException(429, "Too many requests.", {"Retry-After": str(math.ceil(wait_s))})

    async def known_parameters(request: Request) -> None:
        """A filter that is spelt wrong would be no filter: what is not wanted would be told as if it were."""
        route = request.scope["route"]
        unknown = request.query_params.keys() - {field.alias for field in route.dependant.query_params}
        if unknown:
            raise RequestValidationError(
                [{"loc": ("query", name[:100]), "msg": "There is no such parameter"} for name in sorted(unknown)]
            )

    api = FastAPI(
        title="voicebot",
        version=version("voicebot"),
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        dependencies=[Security(_KEY), Depends(limited), Depends(known_parameters)],
        responses=_problems(400, 401, 403, 404, 409, 422, 429, 503),
    )
    api.state.web = web
    for room in (about, calls, routing, dialling, scores, customers, tasks, agents, knowledge):
        api.include_router(room.router)
    api.add_exception_handler(StarletteHTTPException, _http_error)
    api.add_exception_handler(RequestValidationError, _invalid)
    for kind in _NEEDED:
        api.add_exception_handler(kind, _away)
    return api


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)
    return problem(error.status_code, str(error.detail), headers=error.headers)


async def _invalid(_request: Request, error: Exception) -> Response:
    """Says what is wrong, and not what was sent: it may be personal."""
    assert isinstance(error, RequestValidationError)
    errors = [{"where": [str(part) for part in each["loc"]], "what": each["msg"]} for each in error.errors()]
    return problem(422, "The request is not as the description of the API has it.", errors=errors)


async def _away(request: Request, error: Exception) -> Response:
    """Which address, file or statement it was is for the operator, who has the log."""
    log.error("api_without_what_it_needs", path=request.url.path[:200], reason=str(error))
    what = next(what for kind, what in _NEEDED.items() if isinstance(error, kind))
    return problem(503, f"{what}; try again in a moment.", headers={"Retry-After": "5"})


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    schema: Mapping[str, Any] = {
        "type": "object",
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
        },
        "required": ["type", "title", "status", "detail"],
    }
    return {status: {"description": "Problem", "content": {MEDIA_TYPE: {"schema": schema}}} for status in statuses}
