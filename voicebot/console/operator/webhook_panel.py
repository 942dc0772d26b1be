"""One webhook: where it goes, what it is told, what became of the last deliveries; tried out, and tried again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from nicegui import ui

from voicebot.console.attempting import attempted
from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import box, facts, panel, tag
from voicebot.console.once import once
from voicebot.console.operator.dialogs import tried
from voicebot.console.visit import Visit
from voicebot.webhooks.book import EVENTS, Webhook
from voicebot.webhooks.deliveries import Deliveries, Delivery
from voicebot.webhooks.trial import try_out

SHOWN: Final = 10


class WebhookPanel:
    """Never shows the secret."""

    def __init__(
        self,
        visit: Visit,
        deliveries: Deliveries,
        webhook: Webhook,
        called: str,
        change: Callable[[], None],
        remove: Callable[[], None],
    ) -> None:
        """called: what tells it from the others. change, remove: ask how, and whether."""
        self._visit, self._deliveries, self._webhook, self._called = visit, deliveries, webhook, called
        t = visit.t
        with panel(called) as tools:
            with tools:
                self._test = self._button("test", once(self._try_out))
                self._button("change", change)
                self._button("remove", remove)
            told_of = (each for each in EVENTS if each in webhook.events)
            facts(
                [
                    (t("webhooks.url"), webhook.url),
                    (t("webhooks.events"), t.listed(t(f"webhook_event.{each}") for each in told_of)),
                    (t("webhooks.since"), visit.names.time(webhook.created_at, "exact")),
                ]
            )
            with box("vb-row vb-wrap vb-above"):
                self._again = ui.button(on_click=self._retry).props("outline no-caps")
                self._told = tag("span", "", "vb-text").props("aria-live=polite")
            self._none = tag("p", t("webhooks.no_deliveries"), "vb-faint vb-plain")
            self._table = DataTable(_columns(visit), name=t("webhooks.deliveries", host=called))
            self._table.classes("vb-whole-cells")

    async def show(self) -> None:
        """The last deliveries as they are now."""
        found = await self._deliveries.latest(limit=SHOWN, webhook_id=self._webhook.id)
        given_up = await self._deliveries.given_up(self._webhook.id)
        self._again.set_text(self._visit.t("webhooks.retry", count=given_up))
        self._again.set_visibility(given_up > 0)
        self._none.set_visibility(not found)
        self._table.set_visibility(bool(found))
        self._table.show([_row(self._visit, each) for each in found])

    def _button(self, what: str, act: Callable[..., object]) -> ui.button:
        button = ui.button(self._visit.t(f"webhooks.{what}"), on_click=act).props("outline no-caps")
        button.props["aria-label"] = self._visit.t(f"webhooks.{what}_one", host=self._called)
        return button

    async def _try_out(self) -> bool:
        """Never done for good: it may be tried again."""
        self._test.props("loading")
        self._say("", "")
        if why := await tried(self._visit.t, self._sent()):
            self._say(why, "vb-bad")
        self._test.props(remove="loading")
        return False

    async def _sent(self) -> None:
        t, settings = self._visit.t, self._visit.sources.settings.webhooks
        by = self._visit.viewer.actor.id
        why = await try_out(self._deliveries, settings, self._webhook, by=by, now=lambda: datetime.now(UTC))
        text = t("webhooks.not_taken", why=t.said("refusal", why)) if why else t("webhooks.taken")
        self._say(text, "vb-bad" if why else "vb-good")
        await self.show()

    async def _retry(self) -> None:
        by, now = self._visit.viewer.actor.id, datetime.now(UTC)
        if await attempted(self._visit.t, self._deliveries.retry(webhook_id=self._webhook.id, by=by, at=now)):
            await self.show()

    def _say(self, text: str, tone: str) -> None:
        self._told.classes(remove="vb-bad vb-good", add=tone)
        self._told.set_text(text)


def _columns(visit: Visit) -> list[Column]:
    t = visit.t
    return [
        Column(t("changes.at"), "12.5rem"),
        Column(t("operator.event"), "12rem"),
        Column(t("changes.state"), "10rem"),
        Column(t("operator.details")),
    ]


def _row(visit: Visit, delivery: Delivery) -> Row:
    t, names = visit.t, visit.names
    return Row(
        [
            names.time(delivery.created_at, "exact"),
            Cell(t.named("webhook_event", delivery.event), second=delivery.event),
            _state(visit, delivery),
            _detail(visit, delivery),
        ],
        href=f"/calls/{quote(delivery.call_id, safe='')}" if delivery.call_id else "",
        id=str(delivery.id),
    )


def _state(visit: Visit, delivery: Delivery) -> Cell:
    t, names = visit.t, visit.names
    match delivery.state:
        case "delivered":
            return Cell(t("webhooks.delivered"), tone="good", second=names.time(delivery.delivered_at, "clock"))
        case "dead":
            return Cell(t("webhooks.given_up"), tone="bad")
        case _ if delivery.attempts == 0:
            return Cell(t("webhooks.waiting"), tone="accent")
        case _:
            again = t("webhooks.next_try", at=names.time(delivery.next_at, "clock"))
            return Cell(t("webhooks.failing"), tone="warn", second=again)


def _detail(visit: Visit, delivery: Delivery) -> str:
    """How often it was tried, and why it was not taken."""
    t = visit.t
    if delivery.attempts == 0 or (delivery.state == "delivered" and delivery.attempts == 1):
        return ""
    times = t("webhooks.attempts", count=delivery.attempts)
    return f"{times}{t('webhooks.why', why=t.said('refusal', delivery.last_error))}" if delivery.last_error else times
