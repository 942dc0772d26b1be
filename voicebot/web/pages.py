"""Plain pages around the console: their language, colours and frame. They need no script."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse

from voicebot.web import headers

FOLDER: Final = Path(__file__).parent
STATIC: Final = FOLDER / "static"
Language = Literal["zh", "en"]
LANGUAGE_COOKIE: Final = "voicebot_language"
THEME_COOKIE: Final = "voicebot_theme"
YEAR_S: Final = 365 * 24 * 3600


def language_of(request: Request) -> Language:
    """Chinese, unless the person asked for English."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return "en" if asked == "en" else "zh"


def texts(request: Request) -> Mapping[str, str]:
    return _texts()[language_of(request)]


def page(request: Request, template: str, title: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page made from a template; every value is escaped in it. title: name of a text."""
    language = language_of(request)
    t = _texts()[language]
    theme = request.cookies.get(THEME_COOKIE)
    other = "en" if language == "zh" else "zh"
    body = (
        _templates()
        .get_template(template)
        .render(
            t=t,
            title=t[title],
            language=language,
            theme=theme if theme in ("light", "dark") else "auto",
            other_language_url=str(request.url.include_query_params(lang=other).replace(scheme="", netloc="")),
            **values,
        )
    )
    response = HTMLResponse(body, status, {"Content-Security-Policy": headers.PLAIN_PAGE})
    if request.query_params.get("lang") in ("zh", "en"):
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_S, samesite="lax", httponly=True)
    return response


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=jinja2.ChainableUndefined
    )


@cache
def _texts() -> Mapping[Language, Mapping[str, str]]:
    found = tomllib.loads((FOLDER / "texts.toml").read_text("utf-8"))
    return {"zh": found["zh"], "en": found["en"]}
