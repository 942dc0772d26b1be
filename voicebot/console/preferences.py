"""How a person likes to see the console: language and light or dark, kept in cookies of the browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse

from voicebot.console.texts import LANGUAGES, TextLanguage
from voicebot.web.pages import LANGUAGE_COOKIE, THEME_COOKIE, YEAR_S
from voicebot.web.session_cookie import inside

Theme = Literal["auto", "light", "dark"]
THEMES: Final[tuple[Theme, ...]] = ("auto", "light", "dark")
PATH: Final = "/preferences"


@dataclass(frozen=True, slots=True)
class Preferences:
    language: TextLanguage = "zh"
    theme: Theme = "auto"

    @property
    def dark(self) -> bool | None:
        """None: as the person's system has it."""
        return None if self.theme == "auto" else self.theme == "dark"


def preferences_of(request: Request) -> Preferences:
    """Anything else in the cookies counts as not given."""
    language = request.cookies.get(LANGUAGE_COOKIE)
    theme = request.cookies.get(THEME_COOKIE)
    return Preferences(
        language=next((each for each in LANGUAGES if each == language), "zh"),
        theme=next((each for each in THEMES if each == theme), "auto"),
    )


def link_to(back: str, **changes: str) -> str:
    """The address that changes preferences and leads back to a page."""
    return f"{PATH}?{urlencode({**changes, 'back': back})}"


def change(request: Request) -> RedirectResponse:
    """Answers such an address. Leads to pages of this console only."""
    wanted = request.query_params
    answer = RedirectResponse(inside(wanted.get("back")), status_code=303)
    for name, cookie, known in (("language", LANGUAGE_COOKIE, LANGUAGES), ("theme", THEME_COOKIE, THEMES)):
        if wanted.get(name) in known:
            answer.set_cookie(cookie, wanted[name], max_age=YEAR_S, samesite="lax", httponly=True)
    return answer
