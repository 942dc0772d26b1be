"""Puts the web process together: plain pages, the console's pages, and the guard in front."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp

from voicebot.accounts.setup_code import SetupCode
from voicebot.api.app import PATH, build_api
from voicebot.api.docs import add_docs
from voicebot.console.app import add_pages
from voicebot.store.store import StoreError
from voicebot.web.guard import Guard
from voicebot.web.pages import STATIC
from voicebot.web.sign_in_pages import add_sign_in_pages
from voicebot.web.visitor import Web

Room = Callable[[FastAPI, Web], None]


def build_app(web: Web, setup_code: SetupCode, *, pages: Room = add_pages) -> ASGIApp:
    """The whole web process as one ASGI application. pages: answers what nothing else here does."""
    app = FastAPI(title="voicebot", docs_url=None, redoc_url=None, openapi_url=None)
    add_sign_in_pages(app, web, setup_code)
    app.mount("/web-static", StaticFiles(directory=STATIC))

    @app.get("/healthz", include_in_schema=False)
    async def health() -> dict[str, str]:
        """Whether the process answers and reaches its store: 503 where it does not."""
        await web.sign_in.book.is_empty()
        return {"status": "ok"}

    app.mount(PATH, build_api(web))
    add_docs(app)
    pages(app, web)
    guard = Guard(app, web)
    app.add_exception_handler(StoreError, guard.without_store)  # type: ignore[arg-type]
    return guard
