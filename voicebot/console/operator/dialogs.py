"""The dialogs of the operator's pages: a form, a question, a secret, and why something could not be done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from nicegui import ui

from voicebot.accounts.account import AccountError
from voicebot.accounts.api_keys import ApiKeyError
from voicebot.accounts.passwords import PasswordTooWeak
from voicebot.console.components.parts import box, tag
from voicebot.console.components.secret_to_copy import SecretToCopy
from voicebot.console.once import once
from voicebot.console.texts import Texts
from voicebot.store.database import StoreError
from voicebot.webhooks.book import WebhookError
from voicebot.webhooks.targets import TargetRefused

log = structlog.get_logger(__name__)

REFUSALS: Final = (AccountError, ApiKeyError, PasswordTooWeak, TargetRefused, WebhookError)
LONGEST_NAME: Final = 64


async def tried(t: Texts, work: Awaitable[object]) -> str:
    """Why `work` could not be done, for people to read; empty when it was."""
    try:
        await work
    except REFUSALS as why:
        return t.said("refusal", str(why))
    except StoreError as error:
        log.error("operator_change_not_written", reason=str(error))
        return t("store_away.title")
    return ""


class FormDialog:
    """Made and opened at once; gone when it is closed."""

    def __init__(self, t: Texts, title: str, about: str = "") -> None:
        self.t = t
        with ui.dialog(value=True) as self.dialog, ui.card().classes("vb-dialog") as self.card:
            self.dialog.props["aria-label"] = title
            tag("h2", title, "vb-text")
            if about:
                tag("p", about, "vb-plain vb-soft vb-text")
        self.dialog.on("hide", self.dialog.delete)

    def field(self, label: str, *, value: str = "", longest: int = LONGEST_NAME, hint: str = "") -> ui.input:
        made = ui.input(label, value=value).classes("vb-wide")
        made.props(f"outlined dense maxlength={longest} autocomplete=off")
        if hint:
            made.props["hint"] = hint
        return made

    def end(self, submit: Callable[[], Awaitable[object]], *, label: str = "") -> None:
        """The buttons, and why `submit` could not be done; once it was, the dialog closes. label: of its button."""

        async def send() -> bool:
            if why := await tried(self.t, submit()):
                refused.set_text(why)
            else:
                self.dialog.close()
            return not why

        with self.card:
            refused = tag("p", "", "vb-missing")
            refused.props["role"] = "alert"
            with box("vb-row vb-end"):
                ui.button(self.t("cancel"), on_click=self.dialog.close).props("flat no-caps")
                ui.button(label or self.t("accounts.save"), on_click=once(send)).props("unelevated no-caps")


class SecretDialog(FormDialog):
    """Shows a secret for the only time; no click beside it and no key closes it by mistake."""

    def __init__(self, t: Texts, title: str, secret: str) -> None:
        with ui.context.client.content:  # the dialog before, in which it was asked for, goes
            super().__init__(t, title, t("secret.about"))
        self.dialog.props("persistent")
        with self.card:
            SecretToCopy(t, secret, name=title)
            with box("vb-row vb-end"):
                ui.button(t("secret.kept"), on_click=self.dialog.close).props("unelevated no-caps")
