"""One person's look at one page, and how pages are registered: who may see one is asked here, before it is built."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeVar

import structlog
from nicegui import app, background_tasks, ui
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from voicebot.accounts.call_access import reached_calls
from voicebot.accounts.permissions import Action
from voicebot.console.components.parts import empty, link
from voicebot.console.feed import LiveFeed, Subscription
from voicebot.console.names import Names
from voicebot.console.own_pages import bind_to_sessions
from voicebot.console.shell import Viewer, framed
from voicebot.console.sources import Sources
from voicebot.console.texts import Texts
from voicebot.store.call_figures import CallFigures
from voicebot.store.call_search import CallSearch
from voicebot.store.database import StoreError
from voicebot.web.rate_limit import RateLimit

log = structlog.get_logger(__name__)
T = TypeVar("T")

BUILT_WITHIN_S: Final = 30.0
"""On a busy machine, too, a page comes late rather than never."""
PAGES_PER_MINUTE: Final = 120
PAGES_AT_ONCE: Final = 120
"""Of one person: each costs the process tens of milliseconds and a megabyte, and others wait meanwhile."""


@dataclass(frozen=True)
class Visit:
    """What the builder of a page is given."""

    viewer: Viewer
    sources: Sources
    request: Request

    @property
    def t(self) -> Texts:
        return self.viewer.t

    @cached_property
    def names(self) -> Names:
        """With personal data masked."""
        return Names(self.t, self.sources.company.current, self.sources.company.zone)

    @cached_property
    def revealing_names(self) -> Names:
        """With personal data in the clear. Whoever uses them has asked whether the visitor may see it."""
        return Names(self.t, self.sources.company.current, self.sources.company.zone, reveal=True)

    @cached_property
    def search(self) -> CallSearch:
        """Among the calls that the visitor may look at."""
        return self.sources.search.within(reached_calls(self.viewer.actor, Action.VIEW_CALL))

    @cached_property
    def figures(self) -> CallFigures:
        """Over the calls that the visitor may look at."""
        return self.sources.figures.within(reached_calls(self.viewer.actor, Action.VIEW_CALL))

    def asked(self, name: str) -> str:
        """A parameter of the address; empty where it was not given."""
        return self.request.path_params.get(name) or self.request.query_params.get(name, "")

    @property
    def page(self) -> int:
        """Which part of a list is asked for, counted from 0; what makes no sense counts as the first."""
        given = self.asked("page")
        return int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 0

    def keep_up(self, work: Callable[[], Awaitable[None]]) -> None:
        """Runs `work` beside the page until its visitor has gone."""
        client = ui.context.client
        task = background_tasks.create(work(), name=f"page {self.request.url.path}", context=client)
        client.on_delete(task.cancel)

    def hears(self, feed: LiveFeed[T], wanted: Callable[[T], bool]) -> Subscription[T]:
        """Events from now on, also those that come while the page is still being built, until its visitor has gone."""
        until_gone = ExitStack()
        ui.context.client.on_delete(until_gone.close)
        return until_gone.enter_context(feed.subscribed(wanted))


Builder = Callable[[Visit], Awaitable[None]]
Extra = Callable[[Visit], None]
ViewerOf = Callable[[Request], Viewer]


class Pages:
    """Registers pages with NiceGUI, each to be its visitor's alone."""

    def __init__(self, sources: Sources, viewer_of: ViewerOf, everywhere: Extra) -> None:
        """viewer_of: who signed in, for a request that the sign-in has let through. everywhere: what every page gets,
        once it is built."""
        self._sources = sources
        self._viewer_of = viewer_of
        self._everywhere = everywhere
        self._limit = RateLimit(per_minute=PAGES_PER_MINUTE, burst=PAGES_AT_ONCE)
        bind_to_sessions()
        app.on_page_exception(self._failed)

    def add_the_rest(self) -> None:
        """What everybody sees who asks for a page that there is not. To be called after all others are added."""

        @ui.page("/{path:path}")
        async def page(request: Request) -> None:
            not_found(Visit(self._viewer_of(request), self._sources, request))

    def _failed(self) -> None:
        """In place of a page that raised something: NiceGUI logs it, and would show it."""
        request = ui.context.client.request
        _instead(Visit(self._viewer_of(request), self._sources, request), "report", "failed")

    def add(self, path: str, action: Action, build: Builder) -> None:
        """The page that `build` makes, for those who may do `action`."""

        @ui.page(path, response_timeout=BUILT_WITHIN_S)
        async def page(request: Request) -> Response | None:
            visit = Visit(self._viewer_of(request), self._sources, request)
            if wait_s := self._limit.wait_s(visit.viewer.actor.id, at_s=asyncio.get_running_loop().time()):
                ui.context.client.delete()
                return PlainTextResponse(visit.t("too_many"), 429, {"Retry-After": str(math.ceil(wait_s))})
            if not visit.viewer.may(action):
                ui.status_code(403)
                _instead(visit, "lock", "refused")
                return None
            try:
                await build(visit)
                self._everywhere(visit)
            except StoreError as error:
                log.error("page_not_shown", path=path, reason=str(error))
                ui.context.client.content.clear()
                ui.status_code(503)
                _instead(visit, "cloud_off", "store_away")
            return None


def not_found(visit: Visit) -> None:
    """In place of a page about something that is not there."""
    ui.status_code(404)
    _instead(visit, "search_off", "not_found")


def _instead(visit: Visit, icon: str, what: str) -> None:
    t = visit.t
    with framed(visit.viewer, "", t(f"{what}.title")), empty(icon, t(f"{what}.title"), t(f"{what}.what_to_do")):
        link(t("to_start"), "/")
