"""The desk's page: its parts, and which event goes to which of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog

from dialect_router.presence import Presence
from voicebot.agent_events import (
    AgentEvent,
    Joined,
    Left,
    LineStood,
    PacketGrew,
    PresenceChanged,
    ProcedureStood,
    PromptShown,
    Ringing,
    Unlisted,
    WrapUpSuggested,
)
from voicebot.assist.packet import HandoverPacket, PacketError, packet_from_fields
from voicebot.console.components.parts import box, empty, panel
from voicebot.console.desk.call_controls import CallControls
from voicebot.console.desk.caller_card import CallerCard
from voicebot.console.desk.known import Known, customer_file
from voicebot.console.desk.notes import Notes
from voicebot.console.desk.presence_switch import PresenceSwitch
from voicebot.console.desk.procedure_steps import ProcedureSteps
from voicebot.console.desk.prompt_list import PromptList
from voicebot.console.desk.ringing_controls import RingingControls
from voicebot.console.desk.shortcuts import shortcuts
from voicebot.console.desk.wrap_up_form import WrapUpForm
from voicebot.console.feed import CallEvent, Subscription
from voicebot.console.pages.live_transcript import LiveTranscript
from voicebot.console.shell import framed
from voicebot.console.visit import Visit
from voicebot.events import TurnFinished
from voicebot.store.floor import FloorStore

log = structlog.get_logger(__name__)

TALKED = ("talked", "transferred")
"""Fates of calls that the agent has brought to an end. One whose line was lost is wrapped up as well."""
STILL_WRITTEN_UP = timedelta(minutes=10)
"""A call's note and summary, after a page that is opened again."""


async def desk(visit: Visit) -> None:
    agent_id, t = visit.viewer.actor.agent_id, visit.t
    with framed(visit.viewer, "desk", t("desk.title")) as tools:
        if agent_id is None:
            with empty("badge", t("desk.nobody.title"), t("desk.nobody.what_to_do")):
                return
        made = _Desk(visit, agent_id)
        with tools:
            made.presence_switch()
        with box("vb-columns vb-columns-wide-left"):
            with box("vb-stack"):
                made.call_panels()
            with box("vb-stack"):
                made.side_panels()
    told = visit.hears(visit.sources.agent_feed, lambda event: event.agent_id == agent_id)
    said = visit.hears(visit.sources.feed, made.is_said_by_our_caller)
    await made.begin()
    visit.keep_up(partial(made.follow, told))
    visit.keep_up(partial(made.follow_caller, said))
    made.count_down()


class _Desk:
    """One agent's desk in one browser."""

    def __init__(self, visit: Visit, agent_id: str) -> None:
        self._visit = visit
        self._agent_id = agent_id
        self._floor = FloorStore(visit.sources.store, visit.sources.settings.events.node)
        self._call_id = ""

    def presence_switch(self) -> None:
        self._presence = PresenceSwitch(self._visit, self._agent_id)

    def call_panels(self) -> None:
        t = self._visit.t
        with panel(t("desk.call"), flush=True):
            self._card = CallerCard(self._visit)
            self._ringing = RingingControls(self._visit, self._agent_id)
            self._controls = CallControls(self._visit, self._agent_id)
        with panel(t("desk.conversation"), flush=True, classes="vb-desk-transcript"):
            self._transcript = LiveTranscript(self._visit, empty="desk.transcript_empty")

    def side_panels(self) -> None:
        t = self._visit.t
        self._notes = Notes(self._visit, self._agent_id, self._floor)
        self._wrap_up = WrapUpForm(self._visit, self._agent_id, self._notes)
        self._steps = ProcedureSteps(self._visit)
        with panel(t("desk.prompts"), flush=True):
            self._prompts = PromptList(self._visit, self._agent_id)
        with panel(t("desk.known")):
            self._known = Known(self._visit)
        shortcuts(t)

    def count_down(self) -> None:
        self._presence.count_down()

    async def begin(self) -> None:
        """As things stand: the desk may be opened in mid-call."""
        state = self._visit.sources.live_agents.get(self._agent_id)
        self._show_presence(state)
        if state is None:
            return
        if call_id := state.ringing or next(iter(state.calls), ""):
            await self._take_up(call_id)
            self._controls.show(talking=call_id in state.calls)
            if stood := self._visit.sources.live_agents.stood(self._agent_id, call_id):
                self._stand(stood)
        else:
            await self._go_on_wrapping_up(state.presence)

    async def _go_on_wrapping_up(self, presence: str) -> None:
        """Also when its time is over, or the line broke and the phone is gone: it stands there until the next call."""
        wrap_up = await self._floor.unconfirmed_wrap_up(self._agent_id)
        if wrap_up is None or (presence != Presence.WRAP_UP and datetime.now(UTC) - wrap_up.at > STILL_WRITTEN_UP):
            return
        await self._take_up(wrap_up.call_id)
        self._prompts.close()
        tasks = await self._visit.sources.store.tasks(call_id=wrap_up.call_id)
        self._wrap_up.suggest(wrap_up, [task.summary for task in tasks])

    async def follow(self, told: Subscription[AgentEvent]) -> None:
        async for event in told:
            await self._tell(event)

    async def follow_caller(self, said: Subscription[CallEvent]) -> None:
        async for event in said:
            if isinstance(event, TurnFinished):
                self._card.heard(event)

    def is_said_by_our_caller(self, event: CallEvent) -> bool:
        return isinstance(event, TurnFinished) and event.role == "caller" and event.call_id == self._call_id

    async def _tell(self, event: AgentEvent) -> None:
        match event:
            case PresenceChanged():
                self._show_presence(event)
            case Unlisted():
                self._show_presence(None)
            case Ringing():
                await self._take_up(event.call_id, event)
            case Joined():
                if event.call_id != self._call_id:
                    await self._take_up(event.call_id)
                self._controls.show(talking=True)
                self._ringing.joined()
            case PacketGrew() if event.call_id == self._call_id:
                await self._show_known(_readable(event.call_id, event.packet))
            case LineStood() if event.call_id == self._call_id:
                self._stand(event)
            case PromptShown():
                self._prompts.add(event)
            case ProcedureStood() if event.call_id == self._call_id:
                self._show_steps(event)
            case WrapUpSuggested():
                self._wrap_up.suggest(event, event.follow_ups)
            case Left():
                self._controls.show(talking=False)
                self._prompts.close()
                self._steps.hide()
                if event.fate not in TALKED:
                    self._card.gone(event.fate)
                if event.fate not in (*TALKED, "lost"):
                    self._notes.done()

    def _stand(self, line: LineStood) -> None:
        self._controls.stand(line)
        self._ringing.joined()

    def _show_steps(self, stood: ProcedureStood) -> None:
        self._steps.show(stood)
        self._known.asked_for()

    def _show_presence(self, state: PresenceChanged | None) -> None:
        self._presence.show(state)
        self._ringing.show(state)

    async def _take_up(self, call_id: str, ringing: Ringing | None = None) -> None:
        """A call that rings or goes on here. ringing: what came with it, which the store may get only later."""
        self._call_id = call_id
        packet = _readable(call_id, ringing.packet) if ringing else await self._packet(call_id)
        whisper, reasons = (ringing.whisper, ringing.reasons) if ringing else await self._offered(call_id)
        self._card.show(packet, whisper=whisper, reasons=reasons)
        self._prompts.begin(await self._floor.prompts(call_id))
        self._wrap_up.hide()
        self._steps.hide()
        await self._show_known(packet)
        await self._notes.begin(call_id)
        await self._controls.recording.begin(call_id)
        self._transcript.follow(call_id)

    async def _show_known(self, packet: HandoverPacket | None) -> None:
        if packet is not None:
            self._known.show(packet, await customer_file(self._visit, packet))
        if stood := self._visit.sources.live_agents.procedure_of(self._agent_id, self._call_id):
            self._show_steps(stood)

    async def _offered(self, call_id: str) -> tuple[str, tuple[str, ...]]:
        """The whisper of the latest offer to this agent, and why it went to them."""
        ours = [offer for offer in await self._floor.offers(call_id) if offer.agent_id == self._agent_id]
        return (ours[-1].whisper, ours[-1].reasons) if ours else ("", ())

    async def _packet(self, call_id: str) -> HandoverPacket | None:
        """The latest one that was handed over with the call."""
        kept = await self._floor.packets(call_id)
        return _readable(call_id, kept[-1]) if kept else None


def _readable(call_id: str, packet: Mapping[str, Any]) -> HandoverPacket | None:
    try:
        return packet_from_fields(packet)
    except PacketError as error:
        log.warning("packet_not_readable", call=call_id, reason=str(error))
        return None
