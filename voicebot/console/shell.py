"""The frame around every page: navigation by role, the page's head, the person's menu."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from nicegui import ui
from starlette.requests import Request

from voicebot.accounts.permissions import Action, Actor, Reach, reach
from voicebot.console import preferences
from voicebot.console.components.parts import box, link, tag
from voicebot.console.components.signed_out import SignedOut
from voicebot.console.preferences import THEMES, Preferences, preferences_of
from voicebot.console.texts import Texts, texts


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation; its text is `nav.NAME`."""

    name: str
    path: str
    icon: str
    action: Action
    """Who may do this sees the entry."""
    of_agents: bool = False
    """Only agents have one of their own."""


PHONE_PLACE: Final = "phone-place"
"""Mark of the element at a page's head that holds the visitor's phone."""
NAVIGATION: Final[dict[str, tuple[Place, ...]]] = {
    "service": (
        Place("desk", "/desk", "headset_mic", Action.SET_PRESENCE, of_agents=True),
        Place("board", "/board", "space_dashboard", Action.MONITOR_CALL),
        Place("calls", "/calls", "forum", Action.VIEW_CALL),
        Place("follow_ups", "/follow-ups", "task_alt", Action.VIEW_TASKS),
    ),
    "insight": (
        Place("quality", "/quality", "grading", Action.VIEW_SCORE),
        Place("reviews", "/reviews", "fact_check", Action.VIEW_SCORE),
        Place("calibration", "/calibration", "balance", Action.REVIEW_SCORE),
        Place("topics", "/topics", "insights", Action.EXPORT_CALLS),
        Place("map", "/map", "map", Action.EXPORT_CALLS),
    ),
    "company": (
        Place("knowledge", "/company/knowledge", "menu_book", Action.VIEW_COMPANY),
        Place("intents", "/company/intents", "psychology", Action.VIEW_COMPANY),
        Place("flows", "/company/flows", "account_tree", Action.VIEW_COMPANY),
        Place("prompts", "/company/prompts", "record_voice_over", Action.VIEW_COMPANY),
        Place("rules", "/company/scorecards", "rule", Action.VIEW_COMPANY),
        Place("changes", "/company/changes", "history", Action.VIEW_COMPANY),
    ),
    "operation": (
        Place("health", "/operator/health", "monitor_heart", Action.OPERATE),
        Place("settings", "/operator/settings", "tune", Action.OPERATE),
        Place("models", "/operator/models", "memory", Action.OPERATE),
        Place("logs", "/operator/logs", "receipt_long", Action.OPERATE),
        Place("accounts", "/operator/accounts", "group", Action.MANAGE_ACCOUNTS),
        Place("api_keys", "/operator/api-keys", "key", Action.MANAGE_API),
        Place("webhooks", "/operator/webhooks", "webhook", Action.MANAGE_API),
        Place("audit", "/operator/audit", "policy", Action.READ_AUDIT),
    ),
}
"""Group -> its entries. A group of which a person may see nothing is left out."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a page, and how they like it."""

    actor: Actor
    shown_name: str
    t: Texts
    liked: Preferences

    def may(self, action: Action) -> bool:
        """Whether they may do it to anything at all."""
        return reach(self.actor, action) > Reach.NONE


def viewer(request: Request, actor: Actor, shown_name: str) -> Viewer:
    liked = preferences_of(request)
    return Viewer(actor, shown_name, texts(liked.language), liked)


def first_place(actor: Actor) -> str:
    """Where a person begins who asked for no page; a supervisor with a phone begins at the board, too."""
    entries = (
        place for group in NAVIGATION.values() for place in group if actor.role == "agent" or not place.of_agents
    )
    return next((place.path for place in entries if _is_for(actor, place)), "/account")


def _is_for(actor: Actor, place: Place) -> bool:
    return reach(actor, place.action) > Reach.NONE and (actor.agent_id is not None or not place.of_agents)


@contextmanager
def framed(viewer: Viewer, here: str, title: str) -> Iterator[ui.element]:
    """Builds the frame and, inside it, the page. Yields the place for the page's own tools, beside its title.

    here: the navigation's entry that the page belongs to.
    """
    dress(viewer.liked, f"{title} · {viewer.t('brand')}")
    _no_other_main()
    with box("vb-app"):
        link(viewer.t("nav.skip"), "#content", "vb-skip")
        _navigation(viewer, here)
        with ui.element("main").classes("vb-main").props("id=content"):
            with ui.element("header").classes("vb-head"):
                tag("h1", title)
                box("vb-head-phone").mark(PHONE_PLACE)
                tools = box("vb-head-tools")
            yield tools
        SignedOut()


def dress(liked: Preferences, title: str) -> None:
    """Gives the page that is being built its title, language and colours."""
    client = ui.context.client
    client.page = copy.copy(client.page)  # the page belongs to all its visitors, these are one visitor's
    client.page.dark = liked.dark
    client.page.language = "zh-CN" if liked.language == "zh" else "en-US"
    client.title = title
    ui.colors(primary="var(--accent)", positive="var(--good)", negative="var(--bad)", warning="var(--warn)")


def _no_other_main() -> None:
    """Quasar's page is a <main> around everything, navigation too; the frame has one of its own."""
    page = ui.context.client.content.parent_slot
    assert page is not None
    page.parent.tag = "div"


def _navigation(viewer: Viewer, here: str) -> None:
    t = viewer.t
    with ui.element("nav").classes("vb-nav") as navigation:
        navigation.props["aria-label"] = t("nav.name")
        with box("vb-brand"):
            with tag("span", classes="vb-brand-sign"):
                ui.icon("graphic_eq")
            tag("span", t("brand"))
        for group, places in NAVIGATION.items():
            seen = [place for place in places if _is_for(viewer.actor, place)]
            if seen:
                tag("div", t(f"nav.{group}"), "vb-nav-group")
            for place in seen:
                _entry(place, t, here=place.name == here)
        with box("vb-nav-person"):
            _person(viewer)


def _entry(place: Place, t: Texts, *, here: bool) -> None:
    element = tag("a", classes=f"vb-nav-link {'vb-here' if here else ''}")
    element.props["href"] = place.path
    if here:
        element.props["aria-current"] = "page"
    with element:
        ui.icon(place.icon).props("aria-hidden=true")
        tag("span", t(f"nav.{place.name}"))


def _person(viewer: Viewer) -> None:
    t = viewer.t
    back = ui.context.client.request.url.path
    with ui.element("button").classes("vb-person") as button:
        button.props["aria-label"] = t("nav.person", name=viewer.shown_name)
        ui.icon("account_circle", size="1.7rem")
        with box("vb-person-name vb-grow"):
            tag("div", viewer.shown_name, "vb-strong vb-clip")
            tag("div", t(f"role.{viewer.actor.role}"), "vb-faint vb-small")
        with ui.menu().props("anchor='top left' self='bottom left'"):
            other = "en" if viewer.liked.language == "zh" else "zh"
            _choice(t("nav.other_language"), "translate", preferences.link_to(back, language=other))
            for theme in THEMES:
                chosen = theme == viewer.liked.theme
                icon = "check" if chosen else ""
                _choice(t(f"theme.{theme}"), icon, preferences.link_to(back, theme=theme))
            ui.separator()
            _choice(t("nav.account"), "manage_accounts", "/account")
            _choice(t("nav.sign_out"), "logout", "/sign-out")


def _choice(text: str, icon: str, href: str) -> None:
    with link("", href, "vb-menu-link"):
        ui.icon(icon).props("aria-hidden=true")
        tag("span", text)
