"""How the system is: its processes, the machine, models, trunk, broker and store, each with what to do about it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from nicegui import ui

from models.address import InferenceError
from voicebot.commands.doctor import examine
from voicebot.config import Settings
from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import Figure, Tone, box, empty, panel, tag
from voicebot.console.names import minutes
from voicebot.console.operator.frame import operators_page
from voicebot.console.visit import Visit
from voicebot.doctor import content, machine, services, trunk
from voicebot.doctor.finding import Check, Finding
from voicebot.supervisor import STATUS, ProcessStatus, read_status

TONES: Final[dict[str, Tone]] = {"ok": "good", "warn": "warn", "fail": "bad"}
EVERY_S: Final = 5.0
HEALTH_S: Final = 1.5


CHECKS: Final[tuple[Check, ...]] = (
    *(services.store, services.broker, services.sip_port, services.rtp_ports, trunk.trunk),
    *(content.recogniser, content.voice, content.shipped_models, content.company, content.phones),
    *(machine.disk, machine.clock, machine.timers, machine.gpu, machine.python, machine.packages),
)


async def health(visit: Visit) -> None:
    t = visit.t
    with operators_page(visit, "health"):
        figures = _Figures(visit)
        with panel(t("operator.processes"), flush=True):
            processes = box()
        with panel(t("operator.checks"), flush=True) as tools:
            checks = box("vb-whole-cells")

            async def examined() -> None:
                """What was found before stays to be read meanwhile."""
                again.props("loading")
                findings = await asyncio.to_thread(_examined, visit.sources.settings)
                _show_checks(visit, checks, findings)
                again.props(remove="loading")

            with tools:
                again = ui.button(t("operator.check_again"), icon="refresh", on_click=examined).props("flat no-caps")
            with checks, empty("hourglass_empty", t("operator.checking"), ""):
                pass

        async def live() -> None:
            figures.show()
            host = await _model_host(visit)
            await _show_processes(visit, processes, models=host is not None)

        await _show_processes(visit, processes, models=None)
        ui.timer(0, examined, once=True)
        ui.timer(EVERY_S, live)


class _Figures:
    def __init__(self, visit: Visit) -> None:
        t = self._t = visit.t
        self._visit = visit
        with box("vb-figure-row"):
            self._calls = Figure(t("board.calls_now"))
            self._late = Figure(t("board.audio_late"), unit="ms", hint=t("board.audio_late_hint"))
            self._lag = Figure(t("operator.loop_lag"), unit="ms", hint=t("operator.loop_lag_hint"))
            self._models = Figure(t("operator.model_wait"), unit="ms", hint=t("operator.model_wait_hint"))
        self.show()

    def show(self) -> None:
        signs = self._visit.sources.vital_signs.latest
        if not signs.reachable:
            for figure in (self._calls, self._late, self._lag, self._models):
                figure.show("–", self._t("operator.no_metrics"))
            return
        self._calls.show(str(signs.calls), "")
        self._late.show(f"{signs.late_p99_ms:.1f}", self._t("board.audio_late_hint"))
        self._lag.show(f"{signs.loop_lag_max_ms:.0f}", self._t("operator.loop_lag_hint"))
        waits = [load.wait_ms for load in signs.models.values()]
        self._models.show(f"{max(waits, default=0):.0f}", self._t("operator.model_wait_hint"))


async def _show_processes(visit: Visit, place: ui.element, *, models: bool | None) -> None:
    """models: whether the model host answers; None: it has not been asked yet."""
    t, sources = visit.t, visit.sources
    status = await asyncio.to_thread(read_status, sources.settings.data_dir / STATUS)
    signs = sources.vital_signs.latest
    answers = {"media": signs.reachable, "inference": models, "console": True}
    if signs.reachable:
        answers["broker"] = signs.broker_connected
    rows = [
        _process_row(visit, name, status.get(name), answers.get(name)) for name in dict.fromkeys([*status, *answers])
    ]
    columns = [
        Column(t("operator.process"), "13rem"),
        Column(t("changes.state"), "9rem"),
        Column(t("operator.running_for"), "9rem"),
        Column(t("operator.restarts"), "6rem", "right"),
        Column(t("operator.note")),
    ]
    place.clear()
    with place:
        DataTable(columns, rows, name=t("operator.processes"))
        if not status:
            tag("p", t("operator.no_supervisor"), "vb-faint vb-plain vb-inset")


def _process_row(visit: Visit, name: str, status: ProcessStatus | None, answers: bool | None) -> Row:
    t = visit.t
    alive = status is not None and status.running and _exists(status.pid)
    good = answers if answers is not None else alive
    state = Cell(t("operator.up" if good else "operator.down"), tone="good" if good else "bad")
    since = minutes(time.time() - status.since) if status and alive else ""
    restarts = str(status.starts - 1) if status else ""
    note = f"pid {status.pid}" if status and alive else "" if good else t("operator.see_log", name=name)
    if status and status.exit_code is not None:
        note += f" · {t('operator.ended_with', code=status.exit_code)}"
    return Row([Cell(t.named("process", name), second=name), state, since, restarts, note], id=name)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


async def _model_host(visit: Visit) -> Mapping[str, Any] | None:
    try:
        return await visit.sources.models.call("health", {}, timeout_s=HEALTH_S)
    except InferenceError:
        return None


def _in_use(finding: Finding, *, running: bool) -> Finding:
    """The telephone port is taken by the very system that this page belongs to."""
    if running and finding.check == "SIP port" and finding.state == "warn":
        return replace(finding, state="ok", remedy="")
    return finding


def _examined(settings: Settings) -> list[Finding]:
    """On a loop of its own: some checks load a model, and other pages go on meanwhile."""
    return asyncio.run(examine(settings, CHECKS))


def _show_checks(visit: Visit, place: ui.element, findings: list[Finding]) -> None:
    t, running = visit.t, visit.sources.vital_signs.latest.reachable
    columns = [
        Column(t("operator.what"), "11rem"),
        Column(t("changes.state"), "7rem"),
        Column(t("operator.found")),
        Column(t("operator.remedy")),
    ]
    order = {"fail": 0, "warn": 1, "ok": 2}
    rows = [
        Row(
            [
                t.named("check", each.check.replace(" ", "_")),
                Cell(t(f"operator.state_{each.state}"), tone=TONES[each.state]),
                t.said("finding", each.found),
                t.said("finding", each.remedy),
            ],
            id=each.check,
        )
        for each in sorted((_in_use(each, running=running) for each in findings), key=lambda each: order[each.state])
    ]
    place.clear()
    with place:
        DataTable(columns, rows, name=t("operator.checks"))
