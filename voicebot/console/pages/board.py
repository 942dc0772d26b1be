"""The live board: the calls that are going on, one of them word by word, and how the service does today."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from nicegui import ui

from voicebot.accounts.permissions import Action, Subject, may
from voicebot.agent_events import PresenceChanged, Supervising, Unlisted
from voicebot.console.components.columns_chart import ColumnsChart
from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import Figure, box, empty, panel, tag
from voicebot.console.desk.presence_switch import TONES as PRESENCE_TONES
from voicebot.console.live_calls import LiveCall
from voicebot.console.names import MOOD_TONES
from voicebot.console.pages.live_transcript import LiveTranscript
from voicebot.console.pages.outcome_series import outcome_series
from voicebot.console.pages.supervision_bar import SupervisionBar
from voicebot.console.shell import framed
from voicebot.console.visit import Visit
from voicebot.console.vital_signs import VitalSigns
from voicebot.events import PartialTranscript
from voicebot.store.call_figures import IN_TIME_S, Latency, Period, ServiceLevel

REDRAW_S: Final = 0.25
"""The list of calls is sent no more often, however many events there are."""
FIGURES_S: Final = 15.0
LONGEST_SECOND: Final = 60
"""Characters of the last turn that the list shows."""


async def board(visit: Visit) -> None:
    with framed(visit.viewer, "board", visit.t("board.title")) as tools:
        with tools:
            clock = tag("time", "", "vb-faint vb-figures")
        board = _Board(visit)
        with box("vb-stack"):
            board.figures_row()
            with box("vb-board"):
                board.calls_panel()
                board.transcript_panel()
                board.queue_panel()
                board.agents_panel()
                board.hours_panel()
                board.models_panel()
    await board.read_figures()
    board.show_calls()
    board.show_agents()
    board.show_vital_signs()
    visit.keep_up(board.follow)
    visit.keep_up(board.follow_agents)
    ui.timer(FIGURES_S, board.read_figures)
    ui.timer(3.0, board.show_vital_signs)
    ui.timer(1.0, lambda: clock.set_text(visit.names.time(datetime.now(UTC))))


class _Board:
    """The parts of one visitor's board."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._t = visit.t
        self._chosen = ""
        self._chosen_by_hand = False
        self._teams = {agent.id: agent.team for agent in visit.sources.company.current.agents}

    def figures_row(self) -> None:
        t = self._t
        with box("vb-figure-row vb-board-figures"):
            self._now = Figure(t("board.calls_now"))
            self._today = Figure(t("board.calls_today"))
            self._contained = Figure(t("board.contained"), hint=t("board.contained_hint"))
            self._abandoned = Figure(t("board.abandoned"), hint=t("board.abandoned_hint"))
            self._service_level = Figure(t("board.service_level"))
            self._latency = Figure(t("board.latency"), unit="ms")
            self._late = Figure(t("board.audio_late"), unit="ms", hint=t("board.audio_late_hint"))

    def calls_panel(self) -> None:
        t = self._t
        columns = [
            Column(t("call.caller"), "9rem"),
            Column(t("call.place_and_dialect"), "8rem"),
            Column(t("call.intent")),
            Column(t("call.with"), "5.2rem"),
            Column(t("call.mood"), "4.4rem"),
            Column(t("call.reply"), "5rem", "right"),
            Column(t("call.length"), "4.4rem", "right"),
        ]
        with panel(t("board.going_on"), flush=True, classes="vb-board-calls"):
            self._table = DataTable(columns, name=t("board.going_on"), choosable=True)
            self._table.on("choose", lambda event: self._choose(str(event.args)))
            with box() as self._nobody, empty("phone_in_talk", t("board.nobody.title"), t("board.nobody.what_to_do")):
                sip = self._visit.sources.settings.sip
                tag("code", f"sip:service@{sip.advertised_ip or sip.bind}:{sip.port}")

    def transcript_panel(self) -> None:
        with panel(self._t("board.transcript"), flush=True, classes="vb-board-transcript") as tools:
            self._supervision = SupervisionBar(self._visit, self._may_watch)
            self._transcript = LiveTranscript(self._visit, tools)

    def queue_panel(self) -> None:
        t = self._t
        columns = [
            Column(t("call.caller")),
            Column(t("board.skill"), "8rem"),
            Column(t("call.dialect"), "9rem"),
            Column(t("board.waits"), "6rem", "right"),
        ]
        with panel(t("board.queue"), flush=True, classes="vb-board-queue"):
            self._queue = DataTable(columns, name=t("board.queue"))
            self._no_queue = tag("p", t("board.no_queue"), "vb-menu-note")

    def agents_panel(self) -> None:
        t = self._t
        columns = [
            Column(t("call.agent")),
            Column(t("call.team"), "6rem"),
            Column(t("board.state"), "7rem"),
            Column(t("board.since"), "5rem", "right"),
        ]
        with panel(t("board.agents"), flush=True, classes="vb-board-agents"):
            self._agents = DataTable(columns, name=t("board.agents"))
            self._no_agents = tag("p", t("board.no_agents"), "vb-menu-note")

    def hours_panel(self) -> None:
        with panel(self._t("board.hours"), classes="vb-board-hours"):
            self._hours = ColumnsChart(name=self._t("board.hours"))

    def models_panel(self) -> None:
        t = self._t
        columns = [
            Column(t("board.model")),
            Column(t("board.waiting"), "5rem", "right"),
            Column(t("board.wait"), "6.5rem", "right"),
            Column(t("board.run"), "6.5rem", "right"),
        ]
        with panel(t("board.models"), flush=True, classes="vb-board-models"):
            self._models = DataTable(columns, name=t("board.models"))
            with (
                box() as self._no_metrics,
                empty("speed", t("board.no_metrics.title"), t("board.no_metrics.what_to_do")),
            ):
                pass

    async def follow(self) -> None:
        """Redraws the list soon after anything in it has changed."""
        with self._visit.sources.feed.subscribed(lambda event: not isinstance(event, PartialTranscript)) as events:
            async for _ in events:
                await asyncio.sleep(REDRAW_S)
                events.forget_waiting()
                self.show_calls()

    async def follow_agents(self) -> None:
        wanted = self._visit.sources.agent_feed.subscribed(
            lambda event: isinstance(event, PresenceChanged | Supervising | Unlisted)
        )
        with wanted as events:
            async for event in events:
                if isinstance(event, Supervising):
                    self._supervision.tell(event)
                    continue
                await asyncio.sleep(REDRAW_S)
                self.show_agents()

    def show_agents(self) -> None:
        viewer, t = self._visit.viewer, self._t
        reached = [
            agent
            for agent in self._visit.sources.live_agents.all()
            if may(viewer.actor, Action.MONITOR_CALL, Subject(frozenset({agent.agent_id}), frozenset({agent.team})))
        ]
        self._no_agents.set_visibility(not reached)
        self._agents.set_visibility(bool(reached))
        self._agents.show(
            [
                Row(
                    [
                        agent.name or agent.agent_id,
                        agent.team,
                        Cell(t.named("presence", agent.presence), tone=PRESENCE_TONES.get(agent.presence, "")),
                        Cell("", since=agent.at.timestamp()),
                    ],
                    id=agent.agent_id,
                )
                for agent in sorted(reached, key=lambda agent: agent.presence == "offline")
            ]
        )

    def _show_queue(self, calls: Sequence[LiveCall]) -> None:
        names = self._visit.names
        waiting = sorted((call for call in calls if call.waiting_since), key=lambda call: call.started_at)
        self._no_queue.set_visibility(not waiting)
        self._queue.set_visibility(bool(waiting))
        self._queue.show(
            [
                Row(
                    [
                        Cell(*names.labelled(call.label, call.number)),
                        self._visit.sources.company.current.routing.title_of(call.skill),
                        names.dialect(call.wanted_dialect),
                        Cell("", since=(call.waiting_since or call.started_at).timestamp()),
                    ],
                    id=call.id,
                )
                for call in waiting
            ]
        )

    def show_calls(self) -> None:
        calls = [call for call in self._visit.sources.live_calls.all() if self._may_watch(call)]
        self._now.show(str(len(calls)))
        self._nobody.set_visibility(not calls)
        self._table.set_visibility(bool(calls))
        self._follow_somebody(calls)
        self._table.show([self._row(call) for call in calls], chosen=self._chosen)
        self._supervision.show(self._visit.sources.live_calls.get(self._chosen))
        self._show_queue(calls)

    def _may_watch(self, call: LiveCall) -> bool:
        agents = frozenset({call.agent_id} if call.agent_id else ())
        teams = frozenset({self._teams[call.agent_id]} if call.agent_id in self._teams else ())
        return may(self._visit.viewer.actor, Action.MONITOR_CALL, Subject(agents, teams))

    def _follow_somebody(self, calls: Sequence[LiveCall]) -> None:
        """The call that was chosen, while it goes on here; without a choice the newest."""
        ids = [call.id for call in calls]
        if self._chosen in ids and self._chosen_by_hand:
            return
        if ids and self._chosen not in ids:
            self._chosen_by_hand = False
            self._chosen = ids[0]
            self._transcript.follow(self._chosen)
        elif not ids and self._visit.sources.live_calls.get(self._chosen):  # it went to somebody else's team
            self._chosen = ""
            self._transcript.follow("")

    def _choose(self, call_id: str) -> None:
        """What a browser says it chose is anything."""
        call = self._visit.sources.live_calls.get(call_id)
        if call is None or not self._may_watch(call):
            return
        self._chosen, self._chosen_by_hand = call_id, True
        self._transcript.follow(call_id)
        self.show_calls()

    def _row(self, call: LiveCall) -> Row:
        names, t = self._visit.names, self._t
        reply = "" if call.latency_ms is None else f"{call.latency_ms} ms"
        return Row(
            [
                Cell(*names.labelled(call.label, call.number)),
                Cell(names.place(call.province, call.city), second=names.dialect(call.dialect)),
                Cell(self._matter(call), second=names.said(call.last_text)[:LONGEST_SECOND]),
                self._with_whom(call),
                Cell(t.named("mood", call.mood), tone=MOOD_TONES.get(call.mood, "")),
                reply,
                Cell("", since=(call.answered_at or call.started_at).timestamp()),
            ],
            id=call.id,
        )

    def _matter(self, call: LiveCall) -> str:
        """What the caller wants, as far as it is known by now."""
        names = self._visit.names
        return next((names.intent(intent) for intent in reversed(call.intents) if names.is_matter(intent)), "")

    def _with_whom(self, call: LiveCall) -> Cell:
        state = self._t(f"with.{call.with_whom}")
        agent = self._visit.names.agent(call.agent_id)
        return Cell(agent, second=state) if agent else Cell(state)

    async def read_figures(self) -> None:
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

    def show_vital_signs(self) -> None:
        signs: VitalSigns = self._visit.sources.vital_signs.latest
        self._late.show(f"{signs.late_p99_ms:.1f}" if signs.reachable else "–")
        self._models.set_visibility(bool(signs.models))
        self._no_metrics.set_visibility(not signs.models)
        self._models.show(
            [
                Row(
                    [self._t.named("model", name), str(load.waiting), f"{load.wait_ms:.0f} ms", f"{load.run_ms:.0f} ms"]
                )
                for name, load in sorted(signs.models.items())
            ]
        )
