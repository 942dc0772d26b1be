"""What was logged about a call, with personal numbers masked: for the operator, who need not know who rang."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from nicegui import ui

from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import Tone, box, empty, link, panel
from voicebot.console.operator.frame import operators_page
from voicebot.console.operator.log_search import LogLine, logs_of_call
from voicebot.console.visit import Visit
from voicebot.privacy.audit import Audit

SEEN: Final = "logs.seen"
LATEST: Final = 20
TONES: Final[dict[str, Tone]] = {"error": "bad", "critical": "bad", "warning": "warn", "info": "", "debug": ""}


async def logs_page(visit: Visit) -> None:
    t, call_id = visit.t, visit.asked("call").strip()[:64]
    found: list[LogLine] = []
    if call_id:
        await Audit(visit.sources.store).record(visit.viewer.actor.id, SEEN, f"call:{call_id}")
        found = await asyncio.to_thread(logs_of_call, visit.sources.settings.data_dir, call_id)
    with operators_page(visit, "logs"):
        _choice(visit, call_id)
        if not call_id:
            await _latest(visit)
            return
        with panel(t("operator.lines", call=call_id, count=len(found)), flush=True, classes="vb-whole-cells") as tools:
            if found:
                with tools:
                    link(t("call.open"), f"/calls/{call_id}", "vb-button")
            else:
                with empty("receipt_long", t("operator.no_lines.title"), t("operator.no_lines.what_to_do")):
                    return
            columns = [
                Column(t("changes.at"), "9rem"),
                Column(t("operator.process"), "6rem"),
                Column(t("operator.level"), "6rem"),
                Column(t("operator.event"), "15rem"),
                Column(t("operator.details")),
            ]
            DataTable(columns, [_row(visit, line) for line in found], name=t("nav.logs"))


def _row(visit: Visit, line: LogLine) -> Row:
    try:
        at = datetime.fromisoformat(line.at).astimezone(visit.sources.company.zone).strftime("%H:%M:%S.%f")[:-3]
    except ValueError:
        at = line.at
    return Row([at, line.process, Cell(line.level, tone=TONES.get(line.level, "")), line.event, line.rest])


def _choice(visit: Visit, call_id: str) -> None:
    t = visit.t

    def go() -> None:
        ui.navigate.to(f"/operator/logs?{urlencode({'call': field.value or ''})}")

    with box("vb-row"):
        field = ui.input(t("operator.call_id"), value=call_id).props("outlined dense maxlength=64").classes("vb-grow")
        field.on("keydown.enter", go)
        ui.button(t("operator.show_logs"), icon="search", on_click=go).props("outline no-caps")


async def _latest(visit: Visit) -> None:
    t, names = visit.t, visit.names
    calls = await visit.sources.store.calls(limit=LATEST)
    with panel(t("operator.latest_calls"), flush=True):
        if not calls:
            with empty("receipt_long", t("calls.none_yet.title"), t("calls.none_yet.what_to_do")):
                return
        columns = [Column(t("call.id")), Column(t("call.begun"), "12rem"), Column(t("call.outcome"), "12rem")]
        rows = [
            Row(
                [call.id, names.time(call.started_at, "exact"), t.named("outcome", call.outcome or "open")],
                href=f"/operator/logs?{urlencode({'call': call.id})}",
                id=call.id,
            )
            for call in calls
        ]
        DataTable(columns, rows, name=t("operator.latest_calls"))
