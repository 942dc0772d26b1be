"""How the service does today: the row of figures over the board, and the last day hour by hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from voicebot.console.components.columns_chart import ColumnsChart
from voicebot.console.components.parts import Figure, box, panel
from voicebot.console.pages.outcome_series import outcome_series
from voicebot.console.visit import Visit
from voicebot.console.vital_signs import VitalSigns
from voicebot.store.call_figures import IN_TIME_S, Latency, Period, ServiceLevel


class BoardFigures:
    """Of the calls that the viewer may see; read from the store, all but what is going on now."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._t = t = visit.t
        with box("vb-figure-row vb-board-figures"):
            self._now = Figure(t("board.calls_now"))
            self._today = Figure(t("board.calls_today"))
            self._contained = Figure(t("board.contained"), hint=t("board.contained_hint"))
            self._abandoned = Figure(t("board.abandoned"), hint=t("board.abandoned_hint"))
            self._service_level = Figure(t("board.service_level"))
            self._latency = Figure(t("board.latency"), unit="ms")
            self._late = Figure(t("board.audio_late"), unit="ms", hint=t("board.audio_late_hint"))

    def place_hours(self) -> None:
        with panel(self._t("board.hours"), classes="vb-board-hours"):
            self._hours = ColumnsChart(name=self._t("board.hours"))

    def show_calls_now(self, count: int) -> None:
        self._now.show(str(count))

    def show_lateness(self, signs: VitalSigns) -> None:
        self._late.show(f"{signs.late_p99_ms:.1f}" if signs.reachable else "–")

    async def read(self) -> None:
        figures, names = self._visit.figures, self._visit.names
        zone = self._visit.sources.company.zone
        now = datetime.now(UTC)
        midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        today = Period(midnight, midnight + timedelta(days=1))
        self._show_outcomes(await figures.outcomes(today))
        self._show_service_level(await figures.service_level(today))
        self._show_latency(await figures.latency(today))
        by_hour = await figures.by_hour(Period(now - timedelta(hours=24), now + timedelta(hours=1)))
        hours = [now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=23 - ago) for ago in range(24)]
        labels = [names.time(hour, "clock")[:5] for hour in hours]
        self._hours.show(labels, outcome_series(self._t, [by_hour.get(hour, {}) for hour in hours]))

    def _show_outcomes(self, outcomes: dict[str, int]) -> None:
        ended = sum(count for outcome, count in outcomes.items() if outcome)
        self._today.show(str(sum(outcomes.values())), self._t("board.ended", count=ended))
        for figure, outcome in ((self._contained, "resolved"), (self._abandoned, "abandoned")):
            figure.show(f"{outcomes.get(outcome, 0) / ended:.0%}" if ended else "–")

    def _show_service_level(self, level: ServiceLevel) -> None:
        share = f"{level.in_time / level.waited:.0%}" if level.waited else "–"
        self._service_level.show(share, self._t("board.in_time", seconds=f"{IN_TIME_S:g}", count=level.waited))

    def _show_latency(self, latency: Latency) -> None:
        median = "–" if latency.median_ms is None else str(latency.median_ms)
        self._latency.show(median, self._t("board.p95", ms="–" if latency.p95_ms is None else latency.p95_ms))
