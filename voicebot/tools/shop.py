"""The actions that the flows of a shop may end in, over the store. A caller gets at an order only by being its owner.

Owner is who calls from the order's number, or who knows the last four digits of it. Everybody else hears that there is
no such order, whether there is one or not.
"""

from __future__ import annotations

import tomllib
from collections.abc import Awaitable, Callable, Mapping
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from voicebot.company import Company
from voicebot.dialogue.office_hours import callback_due
from voicebot.dialogue.types import KnowledgeSearch, Outcome, SlotValue, ToolError, ToolRequest, WouldActError
from voicebot.events import TaskCreated
from voicebot.privacy.redaction import shown_values, without_secrets
from voicebot.store.records import OrderRecord, TaskRecord
from voicebot.store.store import Store, StoreError
from voicebot.tools.decisions import DECISIONS, Case

_NOT_FOUND = Outcome("not_found")


class ShopTools:
    """The tools of one call. `now` gives the time in the company's time zone."""

    def __init__(
        self,
        company: Company,
        store: Store,
        knowledge: KnowledgeSearch,
        call_id: str | None,
        now: Callable[[], datetime],
    ) -> None:
        self._company = company
        self._store = store
        self._knowledge = knowledge
        self._call_id = call_id
        self._now = now
        self._rehearsing = False
        self._products = {product.name: product for product in company.products}

    def rehearsed(self) -> ShopTools:
        """The same tools; raise WouldActError where these would change the store."""
        double = copy(self)
        double._rehearsing = True
        return double

    async def run(self, request: ToolRequest) -> Outcome:
        """Carry out one request. Raises ToolError when the store is away."""
        try:
            outcome = await self._tool(request.tool)(request)
            if request.corrects is not None and outcome.name != _NOT_FOUND.name:
                await self._withdraw(request.corrects)
        except StoreError as away:
            raise ToolError(f"{request.tool} could not be carried out: {away}") from away
        return outcome

    def _tool(self, name: str) -> Callable[[ToolRequest], Awaitable[Outcome]]:
        match name:
            case "register_complaint":
                return self._register_complaint
            case "product_question":
                return self._product_question
            case "price_lookup":
                return self._price_lookup
            case "callback_task":
                return self._callback_task
            case "voicemail_task":
                return self._voicemail_task
            case _:
                return self._about_order

    async def _about_order(self, request: ToolRequest) -> Outcome:
        order = await self._store.order(str(request.slots["order"]))
        if order is None or not _may_see(order, request):
            return _NOT_FOUND
        case = Case(order, self._products.get(order.product), self._now().date(), request.slots)
        decision = DECISIONS[request.tool](case)
        outcome = Outcome(decision.outcome, {**_order_values(order), **decision.values})
        if decision.task is None:
            return outcome
        about = f"{order.order_number} {order.product}"
        task = await self._add_task(decision.task, request, order.customer_number, about)
        return replace(outcome, task=task.id)

    async def _register_complaint(self, request: ToolRequest) -> Outcome:
        task = await self._add_task("complaint", request, request.caller_number, str(request.slots["details"]))
        return Outcome("accepted", {"ticket": task.payload["ticket"]}, task.id)

    async def _product_question(self, request: ToolRequest) -> Outcome:
        found = await self._knowledge.search(str(request.slots["question"]))
        return Outcome("answered", {"answer": found.wording(request.language)}) if found else Outcome("unknown")

    async def _price_lookup(self, request: ToolRequest) -> Outcome:
        product = self._products.get(str(request.slots["product"]))
        return Outcome("found", {"product": product.name, "price": product.price}) if product else Outcome("unknown")

    async def _callback_task(self, request: ToolRequest) -> Outcome:
        number = str(request.slots["number"])
        due = callback_due(self._company.profile.hours, self._now())
        task = await self._add_task("callback", request, number, request.summary, due=due)
        return Outcome("promised", {"number_tail": number[-4:]}, task.id)

    async def _voicemail_task(self, request: ToolRequest) -> Outcome:
        due = callback_due(self._company.profile.hours, self._now())
        about = str(request.slots["message"])
        task = await self._add_task("voicemail", request, str(request.slots["number"]), about, due=due)
        return Outcome("taken", {}, task.id)

    async def _add_task(
        self, kind: str, request: ToolRequest, number: str, about: str, *, due: datetime | None = None
    ) -> TaskRecord:
        """Store a task for a person; its payload holds the number to quote."""
        self._about_to_act()
        task_id = uuid4()
        ticket = f"{task_id.int % 1_000_000:06d}"
        described = _kinds()[kind]
        due = due or self._now() + timedelta(hours=described["due_hours"])
        task = TaskRecord(
            id=task_id.hex,
            call_id=self._call_id,
            kind=kind,
            customer_number=number,
            summary=without_secrets(f"{described['title']} {about}".strip()),
            created_at=self._now().astimezone(UTC),
            payload={"ticket": ticket, "caller_number": request.caller_number}
            | {
                name: without_secrets(str(value))
                for name, value in request.slots.items()
                if name not in request.private
            },
            due_at=due.astimezone(UTC),
        )
        await self._store.add_task(task, events=self._told(task))
        return task

    def _told(self, task: TaskRecord) -> list[TaskCreated]:
        if task.call_id is None:
            return []
        summary = str(shown_values(task.summary))
        return [TaskCreated(task.call_id, task.created_at, task.id, task.kind, summary, task.due_at)]

    async def _withdraw(self, task: str) -> None:
        """Another task, or none, has taken its place."""
        self._about_to_act()
        await self._store.set_task_status(task, "cancelled")

    def _about_to_act(self) -> None:
        if self._rehearsing:
            raise WouldActError


def _may_see(order: OrderRecord, request: ToolRequest) -> bool:
    return (bool(request.caller_number) and order.customer_number == request.caller_number) or (
        request.phone_tail is not None and order.customer_number[-4:] == request.phone_tail
    )


def _order_values(order: OrderRecord) -> dict[str, SlotValue | int]:
    """What an outcome's wording may say about an order."""
    values: dict[str, SlotValue | int] = {
        "order_number": order.order_number,
        "order_tail": order.order_number[-4:],
        "product": order.product,
        "amount": order.amount,
        "ordered_on": order.ordered_on,
        "carrier": order.carrier,
        "tracking": order.tracking,
        "address_city": order.address_city,
    }
    return values | ({"expected_on": order.expected_on} if order.expected_on else {})


@cache
def _kinds() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(Path(__file__).with_name("tasks.toml").read_text(encoding="utf-8"))
