"""Follow-ups: what callers were promised, listed and settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import ConfigDict

from voicebot.accounts.call_access import reached_calls
from voicebot.accounts.permissions import Action, Reach, reach
from voicebot.api.asking import Asking, Asks
from voicebot.api.paging import After, Limit, Offset, Page, newest_page, place_of
from voicebot.api.shape import Shape
from voicebot.assist.promises import Standing, standing
from voicebot.masking import mask_values
from voicebot.store.call_search import CallSearch
from voicebot.store.place import Place
from voicebot.store.records import TaskRecord, TaskStatus

router = APIRouter(prefix="/tasks", tags=["follow-ups"])

_NOT_FOUND = "There is no such follow-up."


class Task(Shape):
    id: str
    call_id: str | None
    kind: str
    """callback, ticket, complaint, return, invoice, ..."""
    customer_number: str
    summary: str
    payload: dict[str, Any]
    created_at: datetime
    due_at: datetime | None
    status: TaskStatus
    done_at: datetime | None
    promise: Standing | None
    """Whether it was kept in time; null for one that was cancelled."""


class TaskChange(Shape):
    model_config = ConfigDict(extra="forbid")

    status: TaskStatus


@router.get("")
async def list_tasks(
    request: Request,
    asks: Asks,
    status: TaskStatus | None = None,
    kind: Annotated[str | None, Query(max_length=100)] = None,
    call_id: Annotated[str | None, Query(max_length=100)] = None,
    limit: Limit = 50,
    offset: Offset = 0,
    after: After = "",
) -> Page[Task]:
    """Follow-ups, newest first."""
    asks.need(Action.VIEW_TASKS)
    found = await asks.web.store.tasks(
        limit=limit + 1, offset=offset, after=place_of(after), status=status, kind=kind, call_id=call_id
    )
    if asks.may(Action.SEE_NUMBERS):
        await asks.audit("tasks.listed", "tasks", {"count": min(len(found), limit), "offset": offset})
    told = await _told(asks, found)
    return newest_page(request, told, limit=limit, place=lambda task: Place(task.created_at, task.id))


@router.get("/{task_id}")
async def read_task(task_id: str, asks: Asks) -> Task:
    asks.need(Action.VIEW_TASKS)
    found = await _found(asks, task_id)
    await asks.audit("task.read", f"task:{found.id}")
    (told,) = await _told(asks, [found])
    return told


@router.patch("/{task_id}")
async def change_task(task_id: str, change: TaskChange, asks: Asks) -> Task:
    """Mark it as done, as cancelled, or as open again."""
    asks.need(Action.WORK_ON_TASKS)
    found = await _found(asks, task_id)
    await asks.audit("task.changed", f"task:{found.id}", {"from": found.status, "to": change.status})
    await asks.web.store.set_task_status(task_id, change.status)
    (told,) = await _told(asks, [await _found(asks, task_id)])
    return told


async def _found(asks: Asking, task_id: str) -> TaskRecord:
    found = await asks.web.store.task(task_id)
    if found is None:
        raise HTTPException(404, _NOT_FOUND)
    return found


async def _told(asks: Asking, tasks: Sequence[TaskRecord]) -> list[Task]:
    """With numbers in full where the follow-up's call is one whose numbers they may see."""
    if reach(asks.actor, Action.SEE_NUMBERS) is Reach.ALL:
        return [_task(asks, task, in_full=True) for task in tasks]
    search = CallSearch(asks.web.store).within(reached_calls(asks.actor, Action.SEE_NUMBERS))
    calls = await search.those_of([task.call_id for task in tasks if task.call_id])
    free = asks.may(Action.SEE_NUMBERS)
    return [_task(asks, task, in_full=task.call_id in calls if task.call_id else free) for task in tasks]


def _task(asks: Asking, task: TaskRecord, *, in_full: bool) -> Task:
    plain = asdict(task)
    personal = {name: plain[name] for name in ("customer_number", "summary", "payload")}
    promise = None if task.status == "cancelled" else standing(task.due_at, task.done_at, asks.web.now())
    return Task(**{**plain, **(personal if in_full else mask_values(personal)), "promise": promise})
