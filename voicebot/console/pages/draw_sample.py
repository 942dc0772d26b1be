"""The dialog that draws calls to be scored blind, among those that all of their raters may review."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from nicegui import ui

from voicebot.accounts.account import Account
from voicebot.accounts.book import AccountBook
from voicebot.accounts.call_access import reached_calls
from voicebot.accounts.permissions import Action, Reach, actor_of, reach
from voicebot.console.attempting import attempted
from voicebot.console.components.parts import box, tag
from voicebot.console.once import once
from voicebot.console.visit import Visit
from voicebot.qa.review.samples import Sample, SampleStore

SIZE: Final = 30
LARGEST: Final = 500
DAYS: Final = (7, 30, 90)


async def draw_sample(visit: Visit) -> None:
    """Opens it."""
    t = visit.t
    raters = {each.name: each for each in await AccountBook(visit.sources.store).all() if _may_rate(each)}
    titles = visit.sources.company.scorecard_titles
    with ui.context.client.content, ui.dialog(value=True) as dialog, ui.card().classes("vb-dialog"):
        dialog.props["aria-label"] = t("sample.draw")
        tag("h2", t("sample.draw"))
        tag("p", t("sample.explained"), "vb-soft")
        card = ui.select(titles, label=t("sample.scorecard"), value=next(iter(titles), None)).props("outlined dense")
        shown = {name: account.shown_name for name, account in raters.items()}
        chosen = ui.select(shown, label=t("sample.raters"), value=[visit.viewer.actor.name], multiple=True)
        chosen.props("outlined dense use-chips")
        size = ui.number(t("sample.size"), value=SIZE, min=1, max=LARGEST, precision=0).props("outlined dense")
        days = ui.select({each: t("sample.days", days=each) for each in DAYS}, label=t("calls.span"), value=30)
        days.props("outlined dense")

        async def draw() -> bool:
            whom = [raters[name] for name in chosen.value or () if name in raters]
            if card.value in titles and await _drawn(visit, card.value, whom, _within(size.value), int(days.value)):
                ui.navigate.reload()
                return True
            return False

        with box("vb-row vb-end"):
            ui.button(t("cancel"), on_click=dialog.close).props("flat no-caps")
            ui.button(t("sample.draw"), on_click=once(draw)).props("unelevated no-caps")
    dialog.on("hide", dialog.delete)


async def _drawn(visit: Visit, card: str, raters: Sequence[Account], size: int, days: int) -> bool:
    now, actor = datetime.now(UTC), visit.viewer.actor
    sample = Sample(secrets.token_hex(4), card, secrets.randbelow(2**31), tuple(each.name for each in raters), now)
    who_reaches = [reached_calls(each, Action.REVIEW_SCORE) for each in (actor, *map(actor_of, raters))]
    since, until = now - timedelta(days=days), now + timedelta(seconds=1)
    book = SampleStore(visit.sources.store)
    return await attempted(
        visit.t,
        book.draw(sample, size, since=since, until=until, actor=actor.id, reached=sa.and_(*who_reaches)),
    )


def _may_rate(account: Account) -> bool:
    return not account.disabled and reach(actor_of(account), Action.REVIEW_SCORE) > Reach.NONE


def _within(size: object) -> int:
    """It comes from a browser."""
    return max(1, min(LARGEST, int(size))) if isinstance(size, int | float) else SIZE
