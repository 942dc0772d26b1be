"""What all pages of the company room have in common: who may change things, what is wrong with the folder, tabs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlencode

from nicegui import ui

from voicebot.accounts.permissions import Action
from voicebot.company_changes.files import kind_of
from voicebot.console.company.mistakes import mistakes
from voicebot.console.components.parts import box, link, tag
from voicebot.console.shell import framed
from voicebot.console.visit import Visit

TABS: Final[Mapping[str, tuple[str, ...]]] = {
    "knowledge": ("knowledge", "unanswered"),
    "intents": ("intents", "hotwords"),
    "rules": ("scorecards", "agents", "routing", "profile"),
}
"""Entry of the navigation -> its pages, where it has several."""


def may_edit(visit: Visit) -> bool:
    """Whether the visitor changes things here, or only looks."""
    return visit.viewer.may(Action.EDIT_COMPANY) and not visit.sources.publisher.read_only


@contextmanager
def room(visit: Visit, here: str, title: str, *, tab: str = "") -> Iterator[ui.element]:
    """The frame of a page. Yields the place for tools beside the title. here: the navigation's entry."""
    t = visit.t
    with framed(visit.viewer, here, title) as tools:
        for name in TABS.get(here, ()):
            if name == TABS[here][0]:
                place = box("vb-choices vb-tabs")
            with place:
                element = link(t(f"company.tab.{name}"), f"/company/{name}", "vb-choice")
                if name == tab:
                    element.props["aria-current"] = "page"
        with box("vb-stack"):
            _notices(visit)
            yield tools


def _notices(visit: Visit) -> None:
    t, sources = visit.t, visit.sources
    if number := visit.asked("published"):
        notice(t("company.published"), "good", link_text=t("company.see_change"), href=f"/company/changes/{number}")
    if problem := sources.company.live.problem:
        mend = may_edit(visit) and kind_of(problem.file) is not None
        where = {"link_text": t("company.mend", file=problem.file), "href": file_address(problem.file)} if mend else {}
        notice(t("company.folder_wrong"), "bad", detail=mistakes(t, problem), **where)
    if sources.publisher.read_only:
        notice(t("company.sample_read_only"), "warn")
    elif not visit.viewer.may(Action.EDIT_COMPANY):
        notice(t("company.look_only"), "")


def notice(text: str, tone: str, *, detail: str = "", link_text: str = "", href: str = "") -> None:
    with box(f"vb-notice vb-tone-{tone}" if tone else "vb-notice").props("role=status"):
        tag("span", text)
        if link_text:
            link(link_text, href)
        if detail:
            tag("div", detail, "vb-text vb-mono vb-small")


def file_address(file: str, **more: str) -> str:
    """The page on which a file is edited as text."""
    return f"/company/file?{urlencode({'file': file, **more})}"
