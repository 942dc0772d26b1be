"""Who saw, heard, exported or changed what: the audit log, the newest first, and by person or deed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode

from nicegui import ui

from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import box, empty, link, panel
from voicebot.console.operator.frame import operators_page
from voicebot.console.people import shown_actors
from voicebot.console.visit import Visit
from voicebot.privacy.audit import Audit, AuditEntry

SHOWN: Final = 100
NUMBER: Final = re.compile("[0-9]{1,15}")
"""Of an entry."""


async def audit_page(visit: Visit) -> None:
    t, audit = visit.t, Audit(visit.sources.store)
    actor, action = visit.asked("actor")[:80], visit.asked("action")[:80]
    before = int(visit.asked("before")) if NUMBER.fullmatch(visit.asked("before")) else None
    people = await shown_actors(visit.sources.store)
    found = await audit.entries(limit=SHOWN + 1, actor=actor or None, action=action or None, before=before)
    with operators_page(visit, "audit"):
        with box("vb-filters"):
            _filter(visit, "actor", people, actor, {"action": action})
            _filter(visit, "action", {name: t.named("deed", name.replace(".", "_")) for name in await audit.actions()},
                    action, {"actor": actor})  # fmt: skip
        with panel(t("nav.audit"), flush=True, classes="vb-whole-cells"):
            if not found:
                with empty("policy", t("audit.none.title"), t("audit.none.what_to_do")):
                    return
            columns = [
                Column(t("changes.at"), "12.5rem"),
                Column(t("audit.actor"), "10rem"),
                Column(t("audit.action"), "11rem"),
                Column(t("audit.object"), "17rem"),
                Column(t("operator.details")),
            ]
            DataTable(columns, [_row(visit, people, entry) for entry in found[:SHOWN]], name=t("nav.audit"))
        if len(found) > SHOWN:
            asked = {"actor": actor, "action": action, "before": str(found[SHOWN - 1].id)}
            link(t("audit.older"), f"/operator/audit?{urlencode(asked)}", "vb-button vb-begin")


def _filter(visit: Visit, name: str, choices: Mapping[str, str], chosen: str, others: Mapping[str, str]) -> None:
    def go(value: str | None) -> None:
        ui.navigate.to(f"/operator/audit?{urlencode({**others, name: value or ''})}")

    known = {chosen: chosen} | dict(choices) if chosen else dict(choices)
    field = ui.select(known, value=chosen or None, label=visit.t(f"audit.{name}"), on_change=lambda e: go(e.value))
    field.props("outlined dense clearable options-dense")


def _row(visit: Visit, people: Mapping[str, str], entry: AuditEntry) -> Row:
    t = visit.t
    kind, _, name = entry.object.partition(":")
    detail = ", ".join(f"{key} = {value}" for key, value in json.loads(entry.detail).items())
    return Row(
        [
            visit.names.time(entry.at, "exact"),
            Cell(people.get(entry.actor, entry.actor)),
            Cell(t.named("deed", entry.action.replace(".", "_")), second=entry.action),
            visit.names.said(entry.object),
            visit.names.said(detail),
        ],
        href=f"/calls/{quote(name, safe='')}" if kind == "call" else "",
        id=str(entry.id),
    )
