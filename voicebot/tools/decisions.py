"""What may be done with an order, from its state and today's date. Pure; the outcomes are those of company/tools.py."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from voicebot.company.records import Product
from voicebot.dialogue.types import SlotValue
from voicebot.store.records import OrderRecord

_CLOSED = frozenset({"returned", "cancelled", "refunded"})
_AT_HOME = frozenset({"paid", "packed"})


@dataclass(frozen=True, slots=True)
class Case:
    """One request about one order."""

    order: OrderRecord
    product: Product | None
    today: date
    slots: Mapping[str, SlotValue]


@dataclass(frozen=True, slots=True)
class Decision:
    outcome: str
    task: str | None = None
    """Kind of the task that somebody has to do now."""
    values: Mapping[str, SlotValue | int] = field(default_factory=dict)


def order_status(case: Case) -> Decision:
    return Decision(case.order.status, values={"days_late": _days_late(case)})


def delivery_delay(case: Case) -> Decision:
    if case.order.status in _CLOSED:
        return Decision("already_closed")
    if case.order.status == "delivered":
        return Decision("delivered")
    if case.order.status == "delayed" or _days_late(case) > 0:
        return Decision("urged", "delay", {"days_late": max(1, _days_late(case))})
    return Decision("on_time")


def request_return(case: Case) -> Decision:
    return _send_back(case, "return")


def request_exchange(case: Case) -> Decision:
    return _send_back(case, "exchange")


def _send_back(case: Case, task: str) -> Decision:
    order = case.order
    if order.status in _CLOSED:
        return Decision("already_closed")
    if order.status != "delivered":
        return Decision("not_delivered")
    if order.returnable_until is None:
        return Decision("not_returnable")
    values = {"returnable_until": order.returnable_until}
    return (
        Decision("accepted", task, values)
        if case.today <= order.returnable_until
        else Decision("window_over", values=values)
    )


def request_invoice(case: Case) -> Decision:
    if case.order.status in _CLOSED:
        return Decision("not_eligible")
    return Decision("already_issued" if case.order.invoice == "issued" else "accepted", "invoice")


def request_repair(case: Case) -> Decision:
    order = case.order
    if order.status in _CLOSED:
        return Decision("already_closed")
    if order.status != "delivered":
        return Decision("not_delivered")
    months = case.product.warranty_months if case.product else 0
    if months == 0:
        return Decision("no_warranty")
    until = _months_later(order.expected_on or order.ordered_on, months)
    within = case.today <= until
    return Decision(
        "in_warranty" if within else "out_of_warranty", "repair" if within else None, {"warranty_until": until}
    )


def cancel_order(case: Case) -> Decision:
    if case.order.status in _CLOSED or case.order.status == "delivered":
        return Decision("already_closed")
    if _has_left(case.order):
        return Decision("already_shipped")
    return Decision("cancelled", "cancel") if case.slots.get("sure") == "yes" else Decision("declined")


def change_address(case: Case) -> Decision:
    if case.order.status in _CLOSED or case.order.status == "delivered":
        return Decision("already_closed")
    return Decision("already_shipped") if _has_left(case.order) else Decision("accepted", "address")


def _has_left(order: OrderRecord) -> bool:
    """Whether the parcel is on its way; a delayed one may still lie in the warehouse."""
    return order.status not in _AT_HOME and not (order.status == "delayed" and not order.tracking)


def _days_late(case: Case) -> int:
    """Days since the expected day; 0 when it is still to come or the parcel has arrived."""
    if case.order.expected_on is None or case.order.status in _CLOSED | {"delivered"}:
        return 0
    return max(0, (case.today - case.order.expected_on).days)


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


DECISIONS: Mapping[str, Callable[[Case], Decision]] = {
    decide.__name__: decide
    for decide in (
        order_status,
        delivery_delay,
        request_return,
        request_exchange,
        request_invoice,
        request_repair,
        cancel_order,
        change_address,
    )
}
"""Tool name -> its rule."""
