"""What callers were promised: what is still to be done, by when it is due, and what came of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final, get_args
from urllib.parse import urlencode

import sqlalchemy as sa
from nicegui import ui

from voicebot.accounts.call_access import reached_calls
from voicebot.accounts.permissions import Action
from voicebot.console.components.parts import box, link, panel
from voicebot.console.pages.call_filters import agent_filter
from voicebot.console.pages.follow_up_list import FollowUpList
from voicebot.console.shell import framed
from voicebot.console.visit import Visit
from voicebot.store.call_search import had_by
from voicebot.store.database import StoreError
from voicebot.store.records import TaskRecord, TaskStatus

SHOWN: Final = 100
REFRESH_S: Final = 30.0
STATES: Final[tuple[TaskStatus, ...]] = get_args(TaskStatus)


async def follow_ups(visit: Visit) -> None:
    t, page, agent = visit.t, visit.page, visit.asked("agent")
    state = next((state for state in STATES if state == visit.asked("state")), STATES[0])

    async def read() -> Sequence[TaskRecord]:
        return await _read(visit, state, agent, SHOWN, SHOWN * page)

    more = bool(await _read(visit, state, agent, 1, SHOWN * (page + 1)))
    with framed(visit.viewer, "follow_ups", t("follow_ups.title")) as tools:
        with tools, box("vb-choices"):
            for each in STATES:
                element = link(t(f"task_status.{each}"), _address(each, agent), "vb-choice")
                if each == state:
                    element.props["aria-current"] = "true"
        with panel(t("follow_ups.by_due" if state == "open" else "follow_ups.newest_first")) as beside:
            with beside:
                if visit.sources.company.current.agents:
                    agent_filter(visit, agent, lambda event: ui.navigate.to(_address(state, event.value or "")))
                for other, text, is_there in ((page - 1, "before", page > 0), (page + 1, "after", more)):
                    if is_there:
                        link(t(f"follow_ups.{text}", most=SHOWN), _address(state, agent, other), "vb-button")
            empty = "follow_ups.none_here" if agent or page else f"follow_ups.none_{state}"
            listed = FollowUpList(visit, visit.names, read, empty=t(empty), linked=True)
            await listed.show()

    async def keep_up() -> None:
        with suppress(StoreError):  # what stands there stays to be read meanwhile
            await listed.show()

    ui.timer(REFRESH_S, keep_up, immediate=False)


async def _read(visit: Visit, state: TaskStatus, agent: str, limit: int, offset: int) -> Sequence[TaskRecord]:
    """agent: whose calls they are of, among those that the visitor may look at; without one they are of any."""
    of_calls: sa.ColumnElement[bool] | None = None
    if agent:
        of_calls = reached_calls(visit.viewer.actor, Action.VIEW_CALL) & had_by(agent)
    store = visit.sources.store
    if state == "open":
        return await store.due_tasks(limit, offset=offset, of_calls=of_calls)
    return await store.tasks(limit=limit, offset=offset, status=state, of_calls=of_calls)


def _address(state: TaskStatus, agent: str, page: int = 0) -> str:
    asked = {"state": state, "agent": agent, "page": str(page or "")}
    return f"/follow-ups?{urlencode({name: value for name, value in asked.items() if value})}"
