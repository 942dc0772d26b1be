"""The agent's presence: what they are doing, for how long yet, and the switch between ready, break and signed off."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Final, Literal

from nicegui import ui

from voicebot.agent_commands import SetPresence
from voicebot.agent_events import PresenceChanged
from voicebot.console.commanding import command, new_id
from voicebot.console.components.alt_keys import pressed_by
from voicebot.console.components.parts import Tone, box, tag
from voicebot.console.names import minutes
from voicebot.console.visit import Visit

TONES: Final[dict[str, Tone]] = {
    "ready": "good",
    "ringing": "warn",
    "talking": "accent",
    "wrap_up": "accent",
    "break": "warn",
}
Wanted = Literal["ready", "break", "offline"]
KEYS: Final[dict[Wanted, str]] = {"ready": "1", "break": "2", "offline": "3"}
"""With Alt."""


class PresenceSwitch:
    def __init__(self, visit: Visit, agent_id: str) -> None:
        self._visit = visit
        self._agent_id = agent_id
        self._state: PresenceChanged | None = None
        with box("vb-badge") as self._badge:
            self._text = tag("span")
        with box("vb-choices") as choices:
            choices.props["role"] = "group"
            choices.props["aria-label"] = visit.t("desk.presence")
            self._buttons = {wanted: self._choice(wanted) for wanted in KEYS}

    def count_down(self) -> None:
        """Once the page is built: NiceGUI sends it as it is at that moment, for its timers to begin."""
        ui.timer(1.0, self._count)

    def show(self, state: PresenceChanged | None) -> None:
        self._state = state
        presence = state.presence if state else "offline"
        self._badge.classes(replace=f"vb-badge vb-tone-{TONES.get(presence, 'none')}")
        for wanted, button in self._buttons.items():
            button.props["aria-pressed"] = "true" if wanted == presence else "false"
        self._count()

    def _choice(self, wanted: Wanted) -> ui.element:
        button = tag("button", self._visit.t(f"presence.{wanted}"), "vb-choice")
        button.props["type"] = "button"
        pressed_by(button, KEYS[wanted], self._visit.t)
        button.on("click", partial(self._set, wanted))
        return button

    async def _set(self, wanted: Wanted) -> None:
        await command(self._visit, SetPresence(new_id(), self._agent_id, wanted))

    def _count(self) -> None:
        """The state, and how long it lasts yet."""
        state = self._state
        text = self._visit.t.named("presence", state.presence if state else "unknown")
        left_s = (state.until - datetime.now(UTC)).total_seconds() if state and state.until else 0
        self._text.set_text(f"{text} {minutes(left_s)}" if left_s > 0 else text)
