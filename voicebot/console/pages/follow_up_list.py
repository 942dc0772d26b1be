"""Follow-ups with what can be done about them, wherever people look at them: on their page, and with a call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final, NamedTuple
from urllib.parse import quote

from nicegui import ui

from voicebot.accounts.permissions import Action
from voicebot.agent_commands import Dial
from voicebot.assist.promises import standing
from voicebot.console.attempting import attempted
from voicebot.console.commanding import command, new_id
from voicebot.console.components.parts import badge, box, link, tag
from voicebot.console.looks import Looks
from voicebot.console.names import Names
from voicebot.console.visit import Visit
from voicebot.masking import mask
from voicebot.privacy.audit import Audit
from voicebot.store.records import CallRecord, TaskRecord, TaskStatus

CHANGES: Final[dict[TaskStatus, tuple[TaskStatus, ...]]] = {
    "open": ("done", "cancelled"),
    "done": ("open",),
    "cancelled": ("open",),
}
"""What a follow-up can become."""
Read = Callable[[], Awaitable[Sequence[TaskRecord]]]


class _Shown(NamedTuple):
    """One line of the list, by what it shows."""

    task: TaskRecord
    call: CallRecord | None
    broken: bool


class FollowUpList:
    """Reads itself again after each change. To be shown by `await list.show()`, as often as one likes."""

    def __init__(self, visit: Visit, names: Names, read: Read, *, empty: str, linked: bool = False) -> None:
        """empty: what stands there where there is none. linked: each leads to its call, if the visitor may see that."""
        self._visit = visit
        self._names = names
        self._read = read
        self._empty = empty
        self._linked = linked
        self._looks = Looks[Sequence[_Shown]]()
        self._place = box()

    async def show(self) -> None:
        found = await self._looks.news(self._found())
        if found is None:
            return
        self._place.clear()
        with self._place:
            for each in found:
                self._one(*each)
            if not found:
                tag("p", self._empty, "vb-menu-note")

    async def _found(self) -> Sequence[_Shown]:
        tasks, now = await self._read(), datetime.now(UTC)
        calls: Mapping[str, CallRecord] = {}
        if self._linked:
            calls = await self._visit.search.those_of([task.call_id for task in tasks if task.call_id])
        return [_Shown(task, calls.get(task.call_id or ""), broken=_is_broken(task, now)) for task in tasks]

    def _one(self, task: TaskRecord, call: CallRecord | None, broken: bool) -> None:
        t, names = self._visit.t, self._names
        with box("vb-task vb-task-with-tools"):
            with box("vb-grow"):
                with box("vb-row vb-wrap"):
                    badge(t.named("task", task.kind), "accent")
                    badge(t.named("task_status", task.status), "good" if task.status == "done" else "")
                    if broken:
                        badge(t("task.broken"), "bad")
                    if task.due_at:
                        tag("span", t("task.due", at=names.time(task.due_at)), "vb-faint vb-small")
                tag("div", names.said(task.summary), "vb-text")
                with box("vb-row vb-wrap vb-small"):
                    if call is not None and call.caller_label:
                        tag("span", call.caller_label, "vb-soft")
                    tag("span", names.said(task.customer_number), "vb-faint vb-figures")
                    if call is not None:
                        tag("span", names.agent(call.agent_id) or t("who.assistant"), "vb-soft")
                        link(t("task.call"), f"/calls/{quote(call.id, safe='')}")
            with box("vb-row"):
                self._tools(task)

    def _tools(self, task: TaskRecord) -> None:
        viewer = self._visit.viewer
        if task.status == "open" and task.customer_number and viewer.actor.agent_id and viewer.may(Action.DIAL):
            self._button("dial", "call", partial(self._dial, task, viewer.actor.agent_id))
        if viewer.may(Action.WORK_ON_TASKS):
            for status in CHANGES[task.status]:
                self._button(f"become_{status}", "", partial(self._become, task, status))

    def _button(self, what: str, icon: str, act: Callable[[], Awaitable[None]]) -> None:
        ui.button(self._visit.t(f"task.{what}"), icon=icon or None, on_click=act).props("outline no-caps")

    async def _become(self, task: TaskRecord, status: TaskStatus) -> None:
        if await attempted(self._visit.t, self._change(task, status)):
            await self.show()

    async def _change(self, task: TaskRecord, status: TaskStatus) -> None:
        store = self._visit.sources.store
        detail = {"from": task.status, "to": status}
        await Audit(store).record(self._visit.viewer.actor.id, "task.changed", f"task:{task.id}", detail)
        await store.set_task_status(task.id, status)

    async def _dial(self, task: TaskRecord, agent_id: str) -> None:
        store, number = self._visit.sources.store, task.customer_number
        detail = {"number": mask(number)}
        noted = Audit(store).record(self._visit.viewer.actor.id, "call.dialled", f"agent:{agent_id}", detail)
        if await attempted(self._visit.t, noted) and await command(self._visit, Dial(new_id(), agent_id, number)):
            ui.notify(self._visit.t("task.dialling"), type="positive")


def _is_broken(task: TaskRecord, now: datetime) -> bool:
    return task.status != "cancelled" and standing(task.due_at, task.done_at, now) == "broken"
