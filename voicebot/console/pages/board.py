"""The live board: the calls that are going on, one of them word by word, and how the service does today."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

from nicegui import ui

from voicebot.accounts.permissions import Action, Subject, may
from voicebot.agent_events import AgentEvent, PresenceChanged, Supervising, Unlisted
from voicebot.console.components.data_table import Cell, Column, DataTable, Row
from voicebot.console.components.parts import box, empty, panel, tag
from voicebot.console.feed import CallEvent, Subscription
from voicebot.console.live_calls import LiveCall
from voicebot.console.names import MOOD_TONES
from voicebot.console.pages.board_figures import BoardFigures
from voicebot.console.pages.board_panels import AgentsPanel, ModelsPanel, QueuePanel
from voicebot.console.pages.live_transcript import LiveTranscript
from voicebot.console.pages.supervision_bar import SupervisionBar
from voicebot.console.shell import framed
from voicebot.console.visit import Visit
from voicebot.events import PartialTranscript

REDRAW_S: Final = 0.25
"""The list of calls is sent no more often, however many events there are."""
FIGURES_S: Final = 15.0
LONGEST_SECOND: Final = 60
"""Characters of the last turn that the list shows."""


async def board(visit: Visit) -> None:
    with framed(visit.viewer, "board", visit.t("board.title")) as tools:
        with tools:
            clock = tag("time", "", "vb-faint vb-figures")
        with box("vb-stack"):
            board = _Board(visit)
    feed, agent_feed = visit.sources.feed, visit.sources.agent_feed
    told = visit.hears(feed, lambda event: not isinstance(event, PartialTranscript))
    told_of_agents = visit.hears(agent_feed, lambda event: isinstance(event, PresenceChanged | Unlisted))
    told_of_supervisors = visit.hears(agent_feed, lambda event: isinstance(event, Supervising))
    await board.figures.read()
    board.show_calls()
    board.agents.show()
    board.show_vital_signs()
    visit.keep_up(partial(board.follow, told))
    visit.keep_up(partial(board.follow_agents, told_of_agents))
    visit.keep_up(partial(board.follow_supervisors, told_of_supervisors))
    ui.timer(FIGURES_S, board.figures.read)
    ui.timer(3.0, board.show_vital_signs)
    ui.timer(1.0, lambda: clock.set_text(visit.names.time(datetime.now(UTC))))


class _Board:
    """The calls that one visitor may watch, and the one that they follow; the parts beside them know nothing of it."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._t = visit.t
        self._chosen = ""
        self._chosen_by_hand = False
        self._teams = {agent.id: agent.team for agent in visit.sources.company.current.agents}
        self.figures = BoardFigures(visit)
        with box("vb-board"):
            self._calls_panel()
            self._transcript_panel()
            self._queue = QueuePanel(visit)
            self.agents = AgentsPanel(visit)
            self.figures.place_hours()
            self._models = ModelsPanel(visit)

    def _calls_panel(self) -> None:
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

    def _transcript_panel(self) -> None:
        with panel(self._t("board.transcript"), flush=True, classes="vb-board-transcript") as tools:
            self._supervision = SupervisionBar(self._visit, self._may_watch)
            self._transcript = LiveTranscript(self._visit, tools)

    async def follow(self, told: Subscription[CallEvent]) -> None:
        """Redraws the list soon after anything in it has changed."""
        async for _ in told:
            await asyncio.sleep(REDRAW_S)
            told.forget_waiting()
            self.show_calls()

    async def follow_agents(self, told: Subscription[AgentEvent]) -> None:
        async for _ in told:
            await asyncio.sleep(REDRAW_S)
            told.forget_waiting()
            self.agents.show()

    async def follow_supervisors(self, told: Subscription[AgentEvent]) -> None:
        async for event in told:
            if isinstance(event, Supervising):
                self._supervision.tell(event)

    def show_calls(self) -> None:
        calls = [call for call in self._visit.sources.live_calls.all() if self._may_watch(call)]
        self.figures.show_calls_now(len(calls))
        self._nobody.set_visibility(not calls)
        self._table.set_visibility(bool(calls))
        self._follow_somebody(calls)
        self._table.show([self._row(call) for call in calls], chosen=self._chosen)
        self._supervision.show(self._visit.sources.live_calls.get(self._chosen))
        self._queue.show(calls)

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

    def show_vital_signs(self) -> None:
        signs = self._visit.sources.vital_signs.latest
        self.figures.show_lateness(signs)
        self._models.show(signs)
