"""Takes or declines the call that rings in the browser, and cuts the whisper short."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from nicegui import ui
from nicegui.events import KeyEventArguments

from voicebot.agent_commands import Decline, PickUp, SkipWhisper
from voicebot.agent_events import PresenceChanged
from voicebot.console.commanding import command, new_id
from voicebot.console.components.parts import box, tag
from voicebot.console.once import deliberate
from voicebot.console.visit import Visit

TAKE_KEY: Final = "F2"
DECLINE_KEY: Final = "F4"
Act = Callable[[], Awaitable[None]]


class RingingControls:
    """Hidden while there is nothing to take, and where another telephone rings."""

    def __init__(self, visit: Visit, agent_id: str) -> None:
        self._visit = visit
        self._agent_id = agent_id
        self._joined = False
        self._take, self._refuse = deliberate(self._answer_or_skip), deliberate(self._decline)
        t = visit.t
        with box("vb-controls vb-ringing") as self._ringing:
            self._ringing.props["role"] = "alert"
            tag("span", t("desk.rings"), "vb-strong vb-grow")
            _button(f"{t('desk.answer')} {TAKE_KEY}", "call", "unelevated color=positive", self._take)
            _button(f"{t('desk.decline')} {DECLINE_KEY}", "call_end", "outline color=negative", self._refuse)
        with box("vb-controls vb-ringing") as self._whispering:
            tag("span", t("desk.whispering"), "vb-strong vb-grow")
            _button(f"{t('desk.skip_whisper')} {TAKE_KEY}", "skip_next", "outline color=positive", self._take)
        ui.keyboard(self._key, ignore=[], repeating=False)
        self.show(None)

    def show(self, state: PresenceChanged | None) -> None:
        here = self._visit.sources.live_agents.line_of(self._agent_id)
        rings = bool(here and state and state.ringing)
        talks = bool(here and state and state.calls)
        self._joined = self._joined and talks and not rings
        self._ringing.set_visibility(rings)
        self._whispering.set_visibility(talks and not self._joined)

    def joined(self) -> None:
        """The caller is on the line."""
        self._joined = True
        self._whispering.set_visibility(False)

    async def _answer_or_skip(self) -> None:
        """One key for both: whoever presses it twice as the phone rings wants to hear the whisper."""
        if self._ringing.visible:
            await command(self._visit, PickUp(new_id(), self._agent_id))
        elif self._whispering.visible:
            self._whispering.set_visibility(False)
            await command(self._visit, SkipWhisper(new_id(), self._agent_id))

    async def _decline(self) -> None:
        if self._ringing.visible:
            await command(self._visit, Decline(new_id(), self._agent_id))

    async def _key(self, event: KeyEventArguments) -> None:
        if event.action.keydown and event.key.name == TAKE_KEY:
            await self._take()
        elif event.action.keydown and event.key.name == DECLINE_KEY:
            await self._refuse()


def _button(text: str, icon: str, look: str, act: Act) -> None:
    ui.button(text, icon=icon, on_click=act).props(f"{look} no-caps")
