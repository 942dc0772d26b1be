"""The dialog in which an agent passes a caller on, or asks a colleague first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from nicegui import ui

from voicebot.console.components.parts import box, tag
from voicebot.console.desk.destinations import Destination, matching
from voicebot.console.once import deliberate
from voicebot.console.visit import Visit

LONGEST_REASON: Final = 200
MOST_SHOWN: Final = 50
Act = Callable[[str, str], Awaitable[bool]]
"""Given where to, and what to pass on with the caller; whether it was done."""


class PassingOn:
    """A field to type in, and below it a list that the arrow keys walk through (ARIA's combobox with a listbox)."""

    def __init__(self, visit: Visit, agent_id: str, *, transfer: Act, consult: Act) -> None:
        self._visit = visit
        self._agent_id = agent_id
        self._found: Sequence[Destination] = ()
        self._options: list[ui.element] = []
        self._chosen = 0
        t = visit.t
        with ui.dialog() as self._dialog, ui.card().classes("vb-dialog"):
            self._dialog.props["aria-label"] = t("desk.pass_on")
            tag("h2", t("desk.pass_on"))
            self._to = self._field()
            self._list = box("vb-destinations")
            self._to.props["aria-controls"] = self._list.html_id
            self._list.props["role"] = "listbox"
            self._list.props["aria-label"] = t("desk.destinations")
            self._reason = ui.input(t("desk.reason")).props(f"outlined dense maxlength={LONGEST_REASON}")
            self._reason.classes("vb-wide")
            with box("vb-row vb-end"):
                ui.button(t("cancel"), on_click=self._dialog.close).props("flat no-caps")
                self._consult = ui.button(t("desk.consult"), on_click=deliberate(partial(self._act, consult)))
                self._consult.props("outline no-caps")
                self._transfer = ui.button(t("desk.transfer"), on_click=deliberate(partial(self._act, transfer)))
                self._transfer.props("unelevated no-caps")

    async def open(self) -> None:
        self._to.set_value("")
        self._reason.set_value("")
        self._find()
        self._dialog.open()

    def _field(self) -> ui.input:
        field = ui.input(self._visit.t("desk.to"), on_change=self._find).props("outlined dense autofocus")
        field.props("role=combobox aria-expanded=true aria-autocomplete=list autocomplete=off maxlength=64")
        field.props["hint"] = self._visit.t("desk.to_hint")
        field.on("keydown.down.prevent", lambda: self._choose(self._chosen + 1))
        field.on("keydown.up.prevent", lambda: self._choose(self._chosen - 1))
        return field.classes("vb-wide")

    def _find(self) -> None:
        self._found = matching(self._all(), self._to.value or "")[:MOST_SHOWN]
        self._list.clear()
        with self._list:
            self._options = [self._option(index, each) for index, each in enumerate(self._found)]
            if not self._found:
                tag("p", self._visit.t("desk.no_destination"), "vb-soft")
        self._choose(0)

    def _option(self, index: int, each: Destination) -> ui.element:
        with box("vb-destination") as option:
            option.props["role"] = "option"
            option.on("click", lambda: self._choose(index))
            tag("span", each.title, "vb-clip")
            tag("span", each.detail, "vb-soft")
        return option

    def _choose(self, number: int) -> None:
        self._chosen = max(0, min(number, len(self._found) - 1))
        for index, option in enumerate(self._options):
            option.props["aria-selected"] = "true" if index == self._chosen else "false"
        chosen = self._found[self._chosen] if self._found else None
        self._to.props["aria-activedescendant"] = self._options[self._chosen].html_id if chosen else ""
        if chosen:
            self._options[self._chosen].run_method("scrollIntoView", {"block": "nearest"})
        self._transfer.set_enabled(chosen is not None)
        self._consult.set_enabled(chosen is not None and chosen.kind == "colleague")

    async def _act(self, act: Act) -> bool:
        done = bool(self._found) and await act(self._found[self._chosen].to, self._reason.value or "")
        if done:
            self._dialog.close()
        return done

    def _all(self) -> list[Destination]:
        """Colleagues with what they are doing, and skills."""
        t, company = self._visit.t, self._visit.sources.company.current
        people = [
            Destination(each.agent_id, "colleague", each.name, t.named("presence", each.presence))
            for each in self._visit.sources.live_agents.all()
            if each.agent_id != self._agent_id and each.presence != "offline"
        ]
        skills = sorted({skill for agent in company.agents for skill in agent.skills})
        return people + [
            Destination(skill, "skill", t("desk.skill", skill=company.routing.title_of(skill))) for skill in skills
        ]
