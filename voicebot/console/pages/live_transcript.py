"""One call that is going on, word by word as it is spoken."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import background_tasks, ui

from voicebot.console.components.parts import link
from voicebot.console.components.transcript import Line, Transcript
from voicebot.console.feed import CallEvent
from voicebot.console.pages.lines import stored_line, told_line
from voicebot.console.visit import Visit
from voicebot.events import PartialTranscript, TurnFinished


class LiveTranscript:
    """Shows nothing until it is told which call to follow; may be told another one at any time."""

    def __init__(
        self,
        visit: Visit,
        tools: ui.element | None = None,
        *,
        empty: str = "board.transcript_empty",
        may_go_on: Callable[[], bool] = lambda: True,
    ) -> None:
        """tools: the place for a link to the call's own page. empty: the text while no call is followed.

        may_go_on: whether the call is still one that the visitor may look at; asked before anything more is shown.
        """
        self._visit = visit
        self._may_go_on = may_go_on
        self._call_id = ""
        self._told: list[Line] = []
        """Turns that were finished since the call was chosen: the store may have been read before them."""
        t = visit.t
        self._transcript = Transcript(empty=t(empty), follow=True, name=t("board.transcript"))
        self._link: ui.element | None = None
        if tools is not None:
            with tools:
                self._link = link(t("call.open"), "#")
            self._link.set_visibility(False)
        visit.keep_up(self._follow)

    def follow(self, call_id: str) -> None:
        self._call_id, self._told = call_id, []
        if self._link is not None:
            self._link.props["href"] = f"/calls/{call_id}"
            self._link.set_visibility(bool(call_id))
        background_tasks.create(self._read(call_id), context=ui.context.client)

    async def _read(self, call_id: str) -> None:
        turns = await self._visit.sources.store.turns(call_id)
        if call_id == self._call_id:
            self._transcript.show([stored_line(self._visit.t, self._visit.names, turn) for turn in turns])
            for line in self._told:
                self._transcript.put(line)

    async def _follow(self) -> None:
        with self._visit.sources.feed.subscribed(self._is_ours) as events:
            async for event in events:
                self._tell(event)

    def _is_ours(self, event: CallEvent) -> bool:
        return event.call_id == self._call_id and isinstance(event, TurnFinished | PartialTranscript)

    def _tell(self, event: CallEvent) -> None:
        if not self._may_go_on():
            self.follow("")
        elif isinstance(event, PartialTranscript):
            names = self._visit.names
            who = self._visit.t.named("who", event.role)
            self._transcript.speaking(event.role, who, names.said(event.stable), names.said(event.unstable))
        elif isinstance(event, TurnFinished):
            line = told_line(self._visit.t, self._visit.names, event)
            self._told.append(line)
            self._transcript.put(line)
