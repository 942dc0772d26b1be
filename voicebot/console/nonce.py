"""Makes NiceGUI's page frame say the answer's nonce on each of its own scripts, as the guard's policy wants it."""

from __future__ import annotations

from collections.abc import Callable

import jinja2
from nicegui.client import templates

from voicebot.web.visitor import NONCE


def mark_own_scripts() -> None:
    """Once a process; again does no harm."""
    loader = templates.env.loader
    if loader is not None and not isinstance(loader, _WithNonce):
        templates.env.loader = _WithNonce(loader)


class _WithNonce(jinja2.BaseLoader):
    """Loads the frame with the nonce on the scripts that are in it, and on nobody else's."""

    def __init__(self, loader: jinja2.BaseLoader) -> None:
        self._loader = loader

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, file, is_current = self._loader.get_source(environment, template)
        marked = source.replace("<script", f'<script nonce="{{{{ request.scope["{NONCE}"] }}}}"')
        return marked, file, is_current
