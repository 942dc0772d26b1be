"""Who takes which call: the policy in words, its file, and what another policy in the shadow would have done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from voicebot.console.company.file_page import edit_link
from voicebot.console.company.room import room
from voicebot.console.company.routing_limits import assigning, routing_limits
from voicebot.console.company.versions import versions_panel
from voicebot.console.components.data_table import Column, DataTable, Row
from voicebot.console.components.parts import Figure, box, empty, panel
from voicebot.console.pages.span_choice import chosen_period, span_choice
from voicebot.console.visit import Visit
from voicebot.store.shadow_results import ShadowCount, ShadowDifference, ShadowResults

FILE: Final = "routing.toml"
SHOWN: Final = 30


async def routing(visit: Visit) -> None:
    t, period = visit.t, chosen_period(visit)
    results = ShadowResults(visit.sources.store)
    count, latest = await results.count(period), await results.latest(period, SHOWN)
    with room(visit, "rules", t("company.tab.routing"), tab="routing") as tools:
        with tools:
            span_choice(visit)
            edit_link(visit, FILE)
        with box("vb-columns vb-columns-wide-left"):
            with box("vb-stack"):
                with panel(t("routing.by_intent"), flush=True):
                    _by_intent(visit)
                with panel(t("assigning.title"), flush=True):
                    assigning(t, visit.sources.company.current.routing)
                _shadow(visit, count, latest)
            with box("vb-stack"):
                routing_limits(t, visit.sources.company.current.routing)
                await versions_panel(visit, FILE)


def _by_intent(visit: Visit) -> None:
    t, company = visit.t, visit.sources.company.current
    columns = [Column(t("call.intent")), Column(t("routing.handling")), Column(t("routing.skill"), "10rem")]
    rows = [
        Row(
            [
                visit.names.intent(name),
                t.named("handling", company.routing.handling_of(name)),
                company.routing.title_of(company.routing.skill_for(name)),
            ],
            id=name,
        )
        for name, intent in company.intents.items()
        if intent.role is None
    ]
    DataTable(columns, rows, name=t("routing.by_intent"))


def _shadow(visit: Visit, count: ShadowCount, latest: Sequence[ShadowDifference]) -> None:
    t, names = visit.t, visit.names
    with panel(t("shadow.title"), flush=True, classes="vb-whole-cells"):
        if not count.total:
            with empty("compare_arrows", t("shadow.none.title"), t("shadow.none.what_to_do")):
                return
        with box("vb-figure-row vb-inset"):
            for name in ("other_agent", "only_live", "only_shadow"):
                Figure(t(f"shadow.{name}"), value=str(getattr(count, name)), hint=t(f"shadow.{name}_hint"))
        columns = [
            Column(t("changes.at"), "12.5rem"),
            Column(t("shadow.live"), "8rem"),
            Column(t("shadow.would"), "8rem"),
            Column(t("shadow.reasons")),
        ]
        waits = t("shadow.waits")
        rows = [
            Row(
                [
                    names.time(each.at, "exact"),
                    names.agent(each.live_agent) or waits,
                    names.agent(each.shadow_agent) or waits,
                    "；".join(each.reasons),
                ],
                href=f"/calls/{each.call_id}",
                id=each.call_id,
            )
            for each in latest
        ]
        DataTable(columns, rows, name=t("shadow.title"))
