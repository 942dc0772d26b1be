"""What callers were promised: what is still to be done, by when it is due, and what came of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final, get_args

from nicegui import ui

from voicebot.console.components.parts import box, link, panel
from voicebot.console.pages.follow_up_list import FollowUpList
from voicebot.console.shell import framed
from voicebot.console.visit import Visit
from voicebot.store.database import StoreError
from voicebot.store.records import TaskRecord, TaskStatus

SHOWN: Final = 100
REFRESH_S: Final = 30.0
STATES: Final[tuple[TaskStatus, ...]] = get_args(TaskStatus)


async def follow_ups(visit: Visit) -> None:
    t = visit.t
    state = next((state for state in STATES if state == visit.asked("state")), STATES[0])

    async def read() -> Sequence[TaskRecord]:
        store = visit.sources.store
        return await (store.due_tasks(SHOWN) if state == "open" else store.tasks(limit=SHOWN, status=state))

    with framed(visit.viewer, "follow_ups", t("follow_ups.title")) as tools:
        with tools, box("vb-choices"):
            for each in STATES:
                element = link(t(f"task_status.{each}"), f"/follow-ups?state={each}", "vb-choice")
                if each == state:
                    element.props["aria-current"] = "true"
        with panel(t("follow_ups.by_due" if state == "open" else "follow_ups.newest_first", most=SHOWN)):
            listed = FollowUpList(visit, visit.names, read, empty=t(f"follow_ups.none_{state}"), linked=True)
            await listed.show()

    async def keep_up() -> None:
        with suppress(StoreError):  # what stands there stays to be read meanwhile
            await listed.show()

    ui.timer(REFRESH_S, keep_up, immediate=False)
