"""Any file of the company as text, for what has no form of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from nicegui import ui

from voicebot.company.problems import CompanyError
from voicebot.company_changes.files import NotChangeable, kind_of
from voicebot.company_changes.merging import merged
from voicebot.console.company.mistakes import mistakes
from voicebot.console.company.publish_bar import PublishBar
from voicebot.console.company.room import file_address, may_edit, room
from voicebot.console.company.versions import versions_panel
from voicebot.console.components.parts import box, link, panel, tag
from voicebot.console.visit import Visit, not_found

_PLACES: Final = {
    "knowledge": "knowledge",
    "intents": "intents",
    "hotwords": "intents",
    "flows": "flows",
    "prompts": "prompts",
}
"""Kind -> the navigation's entry; the rest belongs to the rules."""


async def file_page(visit: Visit) -> None:
    """`file`: which one; `like`: begin a new one with the text of another."""
    await show_file(visit, visit.asked("file"))


async def hotwords(visit: Visit) -> None:
    await show_file(visit, "dictionary.txt")


async def show_file(visit: Visit, file: str, *, beside: Callable[[Visit], None] | None = None) -> None:
    """beside: shows what the file says in words."""
    t = visit.t
    kind = kind_of(file)
    if kind is None:
        not_found(visit)
        return
    publisher, broken = visit.sources.publisher, ""
    try:
        base = await publisher.current(file)
        text = base if base is not None else await _template(visit)
    except CompanyError as error:
        base, text, broken = None, "", mistakes(visit.t, error)
    title = t(f"company.kind.{kind}")
    with room(visit, _PLACES.get(kind, "rules"), title, tab=kind), box("vb-columns vb-columns-wide-left"):
        with panel(file) as tools:
            with tools:
                if base is not None and kind in ("intents", "flows", "scorecards", "knowledge") and may_edit(visit):
                    _new_file(visit, kind, file)
            tag("p", t(f"company.about.{kind}"), "vb-soft vb-plain")
            if broken:
                tag("p", broken, "vb-bad vb-text")
                return
            editor = ui.textarea(value=text).props("outlined input-style='min-height: 26rem; max-height: 62vh'")
            editor.classes("vb-code")
            editor.props["aria-label"] = file
            editor.props["spellcheck"] = "false"
            if not may_edit(visit):
                editor.props("readonly")

            def wanted(current: str | None) -> str:
                """With what somebody else changed meanwhile, where it can be kept."""
                typed = str(editor.value or "")
                if base is None or current is None or current == base:
                    return typed
                both = merged(base, typed, current)
                return typed if both is None else both

            go_to = partial(_go_to_line, editor)
            bar = PublishBar(visit, file, base, wanted, then=file_address(file), go_to=go_to)
            if base is not None and "/" in file and may_edit(visit):
                remove = partial(bar.publish_as, lambda _current: None)
                ui.button(t("company.remove_file"), icon="delete", on_click=remove).props("flat no-caps")
        with box("vb-stack"):
            if beside:
                beside(visit)
            await versions_panel(visit, file)


def _go_to_line(editor: ui.textarea, line: int) -> None:
    """Selects it, some lines below the upper edge."""
    ui.run_javascript(
        f"const made = getHtmlElement({editor.id});"
        "const area = made.matches('textarea') ? made : made.querySelector('textarea');"
        f"const lines = area.value.split('\\n');"
        f"const before = lines.slice(0, {line - 1}).map((each) => each + '\\n').join('');"
        f"area.focus(); area.setSelectionRange(before.length, before.length + (lines[{line - 1}] ?? '').length);"
        f"area.scrollTop = {max(0, line - 4)} * parseFloat(getComputedStyle(area).lineHeight);"
    )


async def _template(visit: Visit) -> str:
    like = visit.asked("like")
    try:
        return await visit.sources.publisher.current(like) or "" if like else ""
    except NotChangeable:
        return ""


def _new_file(visit: Visit, kind: str, like: str) -> None:
    def go() -> None:
        if kind_of(file := f"{kind}/{(name.value or '').strip()}.toml") is None:
            ui.notify(visit.t("company.name_rule"), type="warning")
        else:
            ui.navigate.to(file_address(file, like=like))

    button = ui.button(visit.t("company.new_like_this"), icon="add").props("outline no-caps")
    with button, ui.menu(), box("vb-menu-form"):
        name = ui.input(visit.t("company.file_name")).props("outlined dense suffix=.toml")
        name.on("keydown.enter", go)
        ui.button(visit.t("company.begin"), on_click=go).props("unelevated no-caps")


def edit_link(visit: Visit, file: str) -> ui.element:
    """To the page above."""
    return link(
        visit.t("company.edit_text" if may_edit(visit) else "company.see_text"), file_address(file), "vb-button"
    )
