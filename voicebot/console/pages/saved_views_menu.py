"""The menu of a person's saved views: open one, save what is shown now, forget one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from nicegui import ui

from voicebot.console.attempting import attempted
from voicebot.console.call_query import CallQuery
from voicebot.console.components.parts import box, link, tag
from voicebot.console.visit import Visit
from voicebot.store.saved_views import LONGEST_NAME, MOST_VIEWS, SavedView, SavedViews, ViewsFull


async def saved_views_menu(visit: Visit, query: CallQuery) -> None:
    t, owner = visit.t, visit.viewer.actor.id
    views = SavedViews(visit.sources.store)
    shown = replace(query, page=0)

    async def save() -> None:
        if not (name.value or "").strip():
            ui.notify(t("views.needs_name"), type="warning")
            return
        try:
            saved = await attempted(t, views.save(owner, name.value, shown.address(), datetime.now(UTC)))
        except ViewsFull:
            ui.notify(t("views.full", most=MOST_VIEWS), type="warning")
            return
        if saved:
            ui.navigate.reload()

    async def forget(view: SavedView) -> None:
        if await attempted(t, views.forget(owner, view.id)):
            ui.navigate.reload()

    found = await views.of(owner)
    with ui.button(t("views.title"), icon="bookmark_border").props("outline no-caps"), ui.menu():
        for view in found:
            _entry(view, partial(forget, view), t("views.forget", name=view.name))
        if not found:
            tag("p", t("views.none"), "vb-menu-note")
        with box("vb-menu-form"):
            name = ui.input(t("views.name")).props(f"outlined dense maxlength={LONGEST_NAME}")
            name.on("keydown.enter", save)
            ui.button(t("views.save"), on_click=save).props("unelevated no-caps")


def _entry(view: SavedView, forget: Callable[[], Awaitable[None]], label: str) -> None:
    with box("vb-row"):
        link(view.name, f"/calls?{view.query}", "vb-menu-link vb-grow")
        button = ui.button(icon="close", on_click=forget).props("flat dense round size=sm")
        button.props["aria-label"] = label
