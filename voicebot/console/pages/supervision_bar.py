"""What a supervisor may do in the call that the board follows: listen, whisper to the agent, barge in, leave."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, Literal

from nicegui import ui

from voicebot.agent_commands import Supervise
from voicebot.agent_events import Supervising
from voicebot.console.attempting import attempted
from voicebot.console.auditing import MONITORED
from voicebot.console.commanding import command, new_id
from voicebot.console.components.parts import box, tag
from voicebot.console.live_calls import LiveCall
from voicebot.console.visit import Visit
from voicebot.privacy.audit import Audit

Mode = Literal["listen", "whisper", "barge", "stop"]
MODES: Final[tuple[Mode, ...]] = ("listen", "whisper", "barge")
ICONS: Final = {"listen": "hearing", "whisper": "record_voice_over", "barge": "groups"}


class SupervisionBar:
    """Hidden while the call is with no agent. Speaks through the phone that the visitor's account is linked to."""

    def __init__(self, visit: Visit, may_watch: Callable[[LiveCall], bool]) -> None:
        self._visit = visit
        self._may_watch = may_watch
        self._phone = visit.viewer.actor.agent_id
        self._call_id = ""
        self._there: Supervising | None = None
        """Who supervises it."""
        t = visit.t
        with box("vb-supervision") as self._bar:
            self._bar.props["role"] = "group"
            self._bar.props["aria-label"] = t("supervise.name")
            with box("vb-row vb-wrap") as self._choices:
                self._buttons = {mode: self._button(mode) for mode in MODES}
                self._stop = ui.button(t("supervise.stop"), icon="call_end", on_click=partial(self._act, "stop"))
                self._stop.props("outline no-caps padding='2px 5px' color=negative")
            self._state = tag("div", "", "vb-soft vb-small")
            self._state.props["role"] = "status"
        self._bar.set_visibility(False)

    def show(self, call: LiveCall | None) -> None:
        """The call that is followed now."""
        self._call_id = call.id if call is not None and call.with_whom == "agent" else ""
        self._there = self._visit.sources.live_agents.supervisor_of(self._call_id)
        self._bar.set_visibility(bool(self._call_id))
        self._draw()

    def tell(self, event: Supervising) -> None:
        """What happened to anybody's supervision."""
        if event.agent_id == self._phone and event.state == "over" and event.reason:
            ui.notify(
                self._visit.t("supervise.over"),
                caption=self._visit.names.refusal(event.reason),
                type="warning",
                multi_line=True,
            )
        if event.call_id == self._call_id:
            self._there = None if event.state == "over" else event
            self._draw()

    def _button(self, mode: Mode) -> ui.button:
        t = self._visit.t
        button = ui.button(t(f"supervise.{mode}"), icon=ICONS[mode], on_click=partial(self._act, mode))
        button.props("outline no-caps padding='2px 5px'")
        button.props["title"] = t(f"supervise.{mode}_hint")
        return button

    def _draw(self) -> None:
        t, there = self._visit.t, self._there
        is_mine = there is not None and there.agent_id == self._phone
        self._choices.set_visibility(self._phone is not None and (there is None or is_mine))
        self._stop.set_visibility(is_mine)
        state = there.state if there is not None and is_mine else ""
        for mode, button in self._buttons.items():
            button.props["aria-pressed"] = "true" if mode == state else "false"
        if there is not None and not is_mine:
            self._state.set_text(t("supervise.somebody", who=self._visit.names.agent(there.agent_id)))
        elif self._phone is None:
            self._state.set_text(t("supervise.no_phone"))
        elif state:
            self._state.set_text(t("supervise.ringing" if state == "ringing" else f"supervise.now_{state}"))
        else:
            self._state.set_text("")

    async def _act(self, mode: Mode) -> None:
        t, call = self._visit.t, self._visit.sources.live_calls.get(self._call_id)
        if call is None or self._phone is None:
            return
        if not self._may_watch(call):  # it may have been passed on to another team
            ui.notify(t("supervise.not_yours"), type="warning")
            return
        audit, detail = Audit(self._visit.sources.store), {"mode": mode, "phone": self._phone}
        traced = audit.record(self._visit.viewer.actor.id, MONITORED, f"call:{call.id}", detail)
        if not await attempted(t, traced):  # nobody listens without a trace
            return
        await command(self._visit, Supervise(new_id(), call.id, self._phone, mode))
