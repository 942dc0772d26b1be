"""Which programs are told of events, and what came of it: webhooks made, changed, tried out and removed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Final

from nicegui import ui

from voicebot.console.components.parts import box, empty, panel, tag
from voicebot.console.operator.dialogs import FormDialog, SecretDialog
from voicebot.console.operator.frame import operators_page
from voicebot.console.operator.webhook_dialog import WebhookDialog
from voicebot.console.operator.webhook_panel import WebhookPanel
from voicebot.console.visit import Visit
from voicebot.store.database import StoreError
from voicebot.webhooks.book import Webhook, WebhookBook
from voicebot.webhooks.deliveries import Deliveries
from voicebot.webhooks.targets import Targets

EVERY_S: Final = 3.0


async def webhooks_page(visit: Visit) -> None:
    t, allow = visit.t, visit.sources.settings.webhooks.allow
    listed = _Webhooks(visit)
    with operators_page(visit, "webhooks") as tools:
        with tools:
            add = ui.button(t("webhooks.add"), icon="webhook", on_click=listed.ask_for_one)
            add.props("unelevated no-caps")
        where = t("webhooks.allowed", hosts=t.listed(allow)) if allow else t("webhooks.none_allowed")
        tag("p", f"{t('webhooks.about')}{where}", "vb-plain vb-text")
        listed.place()
    await listed.show()
    ui.timer(EVERY_S, listed.keep_up)


def names_apart(found: Sequence[Webhook]) -> list[str]:
    """By host; those of one host by their address, and those of one address by number."""
    hosts = Counter(each.host for each in found)
    names = [each.host if hosts[each.host] == 1 else each.url for each in found]
    return [
        f"{name} ({names[:place].count(name) + 1})" if names.count(name) > 1 else name
        for place, name in enumerate(names)
    ]


class _Webhooks:
    """Made anew after each change; what becomes of the deliveries is followed meanwhile."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._book = WebhookBook(visit.sources.store)
        self._deliveries = Deliveries(visit.sources.store)
        self._targets = Targets(visit.sources.settings.webhooks.allow)
        self._panels: list[WebhookPanel] = []

    def place(self) -> None:
        self._place = box("vb-stack")

    async def show(self) -> None:
        t, found = self._visit.t, await self._book.all()
        self._place.clear()
        with self._place:
            self._panels = [self._panel(each, called) for each, called in zip(found, names_apart(found), strict=True)]
            if not found:
                none = empty("webhook", t("webhooks.none.title"), t("webhooks.none.what_to_do"))
                with panel(t("nav.webhooks")), none:
                    pass
        await self._follow()

    def _panel(self, webhook: Webhook, called: str) -> WebhookPanel:
        change, remove = partial(self._ask_how, webhook, called), partial(self._ask_whether, webhook, called)
        return WebhookPanel(self._visit, self._deliveries, webhook, called, change, remove)

    async def keep_up(self) -> None:
        with suppress(StoreError):  # what stands there stays to be read meanwhile
            await self._follow()

    async def _follow(self) -> None:
        for each in self._panels:
            await each.show()

    def ask_for_one(self) -> None:
        WebhookDialog(self._visit.t, self._visit.t("webhooks.add"), self._add)

    async def _add(self, url: str, events: tuple[str, ...]) -> None:
        self._targets.check(url)
        made = await self._book.add(url, events, by=self._visit.viewer.actor.id, at=datetime.now(UTC))
        await self.show()
        SecretDialog(self._visit.t, self._visit.t("webhooks.secret_of", host=made.host), made.secret)

    def _ask_how(self, webhook: Webhook, called: str) -> None:
        title = self._visit.t("webhooks.change_one", host=called)
        WebhookDialog(self._visit.t, title, partial(self._change, webhook), now=webhook)

    async def _change(self, webhook: Webhook, url: str, events: tuple[str, ...]) -> None:
        self._targets.check(url)
        await self._book.change(webhook, url, events, by=self._visit.viewer.actor.id, at=datetime.now(UTC))
        await self.show()

    def _ask_whether(self, webhook: Webhook, called: str) -> None:
        t = self._visit.t
        dialog = FormDialog(t, t("webhooks.remove_one", host=called), t("webhooks.remove_about"))
        dialog.end(partial(self._remove, webhook), label=t("webhooks.remove"))

    async def _remove(self, webhook: Webhook) -> None:
        await self._book.remove(webhook.id, by=self._visit.viewer.actor.id, at=datetime.now(UTC))
        await self.show()
