"""Whisper prompts as they come, with their source; one key says that the newest helped or did not."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from nicegui import ui
from nicegui.events import KeyEventArguments

from voicebot.agent_commands import JudgePrompt
from voicebot.agent_events import PromptShown
from voicebot.console.commanding import command, new_id
from voicebot.console.components.parts import Tone, badge, box, tag
from voicebot.console.desk.prompt_source import shown_source
from voicebot.console.visit import Visit
from voicebot.store.floor_records import PromptRecord

TONES: Final[dict[str, Tone]] = {"warning": "bad", "knowledge": "assistant", "next_step": "accent", "record": "caller"}
HELPED_KEY: Final = "F8"
DISMISS_KEY: Final = "F9"
MOST_SHOWN: Final = 30


class PromptList:
    """The newest on top."""

    def __init__(self, visit: Visit, agent_id: str) -> None:
        self._visit = visit
        self._agent_id = agent_id
        self._open: dict[str, ui.element] = {}
        """Id -> buttons of those that nobody has judged yet, oldest first."""
        self._shown: set[str] = set()
        with box("vb-prompts") as self._list:
            self._list.props["role"] = "log"
            self._list.props["aria-label"] = visit.t("desk.prompts")
            self._list.props["tabindex"] = 0
        ui.keyboard(self._key, ignore=[], repeating=False)
        self.begin([])

    def begin(self, shown: Sequence[PromptRecord]) -> None:
        """Another call, of which some may have been shown already."""
        self._list.clear()
        self._open.clear()
        self._shown.clear()
        with self._list:
            self._nothing = tag("p", self._visit.t("desk.no_prompts"), "vb-menu-note")
        for prompt in shown[-MOST_SHOWN:]:
            self._put(prompt.id, prompt.kind, prompt.text, prompt.source, judged=prompt.helped is not None)

    def add(self, prompt: PromptShown) -> None:
        """The store may have been read after it was told."""
        if prompt.prompt_id not in self._shown:
            self._put(prompt.prompt_id, prompt.kind, prompt.text, prompt.source, judged=False)

    def close(self) -> None:
        """The call is over: nothing can be said about them any more."""
        for buttons in self._open.values():
            buttons.delete()
        self._open.clear()

    def _put(self, prompt_id: str, kind: str, text: str, source: str, *, judged: bool) -> None:
        t = self._visit.t
        self._shown.add(prompt_id)
        self._nothing.set_visibility(False)
        with self._list, box(f"vb-prompt vb-prompt-{kind}") as element:
            with box("vb-row"):
                badge(t.named("prompt", kind), TONES.get(kind, ""))
                origin = shown_source(source, t, self._visit.names, self._visit.sources.company.current)
                tag("span", origin, "vb-faint vb-small vb-clip vb-grow")
            tag("div", self._visit.names.said(text), "vb-text")
            if not judged:
                with box("vb-row") as self._open[prompt_id]:
                    for helped, key in ((True, HELPED_KEY), (False, DISMISS_KEY)):
                        label = t("desk.helped" if helped else "desk.dismiss")
                        button = ui.button(f"{label} {key}", on_click=partial(self._judge, prompt_id, helped))
                        button.props("flat dense no-caps")
        element.move(target_index=0)

    async def _judge(self, prompt_id: str, helped: bool) -> None:
        buttons = self._open.pop(prompt_id, None)
        if buttons is None:
            return
        if await command(self._visit, JudgePrompt(new_id(), self._agent_id, prompt_id, helped)):
            buttons.clear()
            with buttons:
                tag("span", self._visit.t("desk.did_help" if helped else "desk.did_not"), "vb-faint vb-small")

    async def _key(self, event: KeyEventArguments) -> None:
        if event.action.keydown and self._open and event.key.name in (HELPED_KEY, DISMISS_KEY):
            await self._judge(next(reversed(self._open)), event.key.name == HELPED_KEY)
