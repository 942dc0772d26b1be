"""The dialog in which a webhook is made or changed: where events go, and which."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from voicebot.console.components.native_boxes import NativeBoxes
from voicebot.console.operator.dialogs import FormDialog
from voicebot.console.texts import Texts
from voicebot.webhooks.book import EVENTS, Webhook

LONGEST_URL: Final = 500
Submit = Callable[[str, tuple[str, ...]], Awaitable[object]]
"""Is given address and events. Raises TargetRefused and WebhookError."""


class WebhookDialog(FormDialog):
    def __init__(self, t: Texts, title: str, submit: Submit, *, now: Webhook | None = None) -> None:
        """now: as it is."""
        super().__init__(t, title)
        with self.card:
            url = self.field(
                t("webhooks.url"),
                value=now.url if now else "",
                longest=LONGEST_URL,
                hint=t("webhooks.url_hint"),
            )
            url.props("autofocus")
            events = NativeBoxes(
                t("webhooks.events"),
                {name: t(f"webhook_event.{name}") for name in EVENTS},
                chosen=now.events if now else (),
            )
        self.end(lambda: submit((url.value or "").strip(), events.chosen))
