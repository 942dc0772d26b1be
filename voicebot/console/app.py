"""Adds the console's pages to the web process, and keeps what they read from up to date while it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request
from nicegui import app as nicegui_app
from nicegui import ui
from starlette.responses import FileResponse, RedirectResponse

from voicebot.console import preferences
from voicebot.console.company.listening import add_listening
from voicebot.console.downloads import add_downloads
from voicebot.console.nonce import mark_own_scripts
from voicebot.console.pages import add_all
from voicebot.console.phone.on_page import phone_on_page
from voicebot.console.shell import Viewer, first_place, viewer
from voicebot.console.sources import running, sources
from voicebot.console.visit import Pages
from voicebot.web.pages import STATIC as WEB_STATIC
from voicebot.web.visitor import Web, visitor_of

STATIC: Final = Path(__file__).parent / "static"
ICON: Final = WEB_STATIC / "icon.svg"
STYLES: Final = (
    "theme",
    "layout",
    "parts",
    "charts",
    "transcript",
    "waveform",
    "scores",
    "board",
    "desk",
    "company",
    "print",
)

RECONNECT_S: Final = 10.0
"""How long a page is kept for a browser that does not answer. After NiceGUI's three seconds it was loaded again, with
all that was typed lost, wherever a machine had been busy or a network away for a moment."""


def add_pages(app: FastAPI, web: Web) -> None:
    """To be called last: NiceGUI answers every path that nobody else does. Raises CompanyError."""
    made = sources(web)
    app.get(preferences.PATH, include_in_schema=False)(preferences.change)
    app.get("/", include_in_schema=False)(_start)
    app.get("/favicon.ico", include_in_schema=False)(_icon)  # NiceGUI's own route comes after the page for the rest
    add_downloads(app, made, _viewer)
    add_listening(app, made, _viewer)
    pages = Pages(made, _viewer, phone_on_page)
    add_all(pages)
    nicegui_app.add_static_files("/console/static", STATIC)
    for field in (ui.input, ui.textarea, ui.number):
        field.default_props("autocomplete=off")  # who goes back would see words in it that the server knows nothing of
    for style in STYLES:
        ui.add_head_html(f'<link rel="stylesheet" href="/console/static/{style}.css">', shared=True)

    pages.add_the_rest()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with running(made):
            yield

    app.router.lifespan_context = lifespan
    mark_own_scripts()
    ui.run_with(
        app,
        title="voicebot",
        favicon=ICON,
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=RECONNECT_S,
    )


def _viewer(request: Request) -> Viewer:
    visitor = visitor_of(request)
    return viewer(request, visitor.actor, visitor.account.shown_name)


async def _icon() -> FileResponse:
    return FileResponse(ICON)


async def _start(request: Request) -> RedirectResponse:
    return RedirectResponse(first_place(visitor_of(request).actor), 303)
