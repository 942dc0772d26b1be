"""Adds the console's pages to the web process, with NiceGUI set up as the guard's policy wants it."""

from __future__ import annotations

from collections.abc import Callable

import jinja2
from fastapi import FastAPI
from nicegui import ui
from nicegui.client import templates
from starlette.requests import Request

from voicebot.web.pages import STATIC, texts
from voicebot.web.visitor import NONCE, Web, visitor_of


def add_pages(app: FastAPI, web: Web) -> None:
    """To be called last: NiceGUI answers every path that nobody else does."""

    @ui.page("/")
    def home(request: Request) -> None:
        t = texts(request)
        ui.label(visitor_of(request).account.shown_name)
        ui.link(t["account"], "/account")
        ui.link(t["sign_out"], "/sign-out")

    _mark_own_scripts()
    ui.run_with(app, title="voicebot", favicon=STATIC / "icon.svg", tailwind=False, show_welcome_message=False)


class _WithNonce(jinja2.BaseLoader):
    """Loads NiceGUI's page frame with the answer's nonce on each of its own scripts, and on nobody else's."""

    def __init__(self, loader: jinja2.BaseLoader) -> None:
        self._loader = loader

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, file, is_current = self._loader.get_source(environment, template)
        marked = source.replace("<script", f'<script nonce="{{{{ request.scope["{NONCE}"] }}}}"')
        return marked, file, is_current


def _mark_own_scripts() -> None:
    loader = templates.env.loader
    if loader is not None and not isinstance(loader, _WithNonce):
        templates.env.loader = _WithNonce(loader)
