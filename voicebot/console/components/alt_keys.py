"""Keys that press something on the page together with Alt, the same in every browser."""

from __future__ import annotations

from nicegui.element import Element

from voicebot.console.texts import Texts


class AltKeys(Element, component="alt_keys.js"):
    """Part of every page that has such keys. Shows nothing."""


def pressed_by(element: Element, key: str, t: Texts) -> None:
    """Alt and `key` press it, or go to it where one writes; its hint says so."""
    element.props["aria-keyshortcuts"] = f"Alt+{key.upper()}"
    element.props["title"] = t("desk.key", key=key.upper())
