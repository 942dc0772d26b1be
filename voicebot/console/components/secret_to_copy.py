"""A secret that is shown once, to be copied."""

from __future__ import annotations

from nicegui.element import Element

from voicebot.console.texts import Texts


class SecretToCopy(Element, component="secret_to_copy.js"):
    def __init__(self, t: Texts, secret: str, *, name: str) -> None:
        """name: what it is, for those who hear the page."""
        super().__init__()
        self.props["secret"] = secret
        self.props["name"] = name
        self.props["copy"] = t("secret.copy")
        self.props["copied"] = t("secret.copied")
