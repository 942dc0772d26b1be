"""What is known of the caller already: what this call found out and did, orders, open promises, earlier calls."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from voicebot.assist.packet import EarlierCall, HandoverPacket
from voicebot.assist.promises import standing
from voicebot.console.components.parts import badge, box, facts, link, tag
from voicebot.console.visit import Visit
from voicebot.store.records import OrderRecord, TaskRecord

MOST: Final = 8
"""Orders, and promises, that are shown: the newest, and those that are due first."""


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """What the store holds about the caller's number."""

    orders: Sequence[OrderRecord] = ()
    promises: Sequence[TaskRecord] = ()
    """Open ones of earlier calls."""
    reached: Collection[str] = ()
    """The earlier calls that the agent may look at."""


async def customer_file(visit: Visit, packet: HandoverPacket) -> CustomerFile:
    store, number = visit.sources.store, packet.caller.number
    if not number:
        return CustomerFile()
    promises = await store.due_tasks(MOST, customer_number=number)
    return CustomerFile(
        (await store.orders_of(number))[:MOST],
        [task for task in promises if task.call_id != packet.call_id],
        await visit.search.those_of([earlier.call_id for earlier in packet.earlier]),
    )


class Known:
    """The panel's content; says what will stand there while nobody is on the line."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        with box("vb-stack") as self._place:
            tag("p", visit.t("desk.known_empty"), "vb-faint")
            self._missing = box()

    def show(self, packet: HandoverPacket, known: CustomerFile) -> None:
        names = self._visit.names
        self._place.clear()
        with self._place:
            if packet.summary:
                tag("div", names.said(packet.summary), "vb-text")
            facts([(names.slot(slot.name), names.said(slot.shown)) for slot in packet.slots])
            with box() as self._missing:
                self._list("desk.missing", packet.missing)
            self._missing.set_visibility(bool(packet.missing))
            self._list("desk.settled", [f"{each.title}：{names.said(each.told)}" for each in packet.settled])
            self._list("desk.promises", [self._promise(each.what, each.due_at) for each in packet.promises])
            self._open_promises(known.promises)
            self._list("desk.orders", [self._order(order) for order in known.orders])
            self._list("desk.note", [names.said(packet.caller.note)] if packet.caller.note else [])
            self._earlier(packet.earlier, known.reached)

    def asked_for(self) -> None:
        """The steps of the procedure tell from now on what is still to be asked."""
        self._missing.set_visibility(False)

    def _open_promises(self, tasks: Sequence[TaskRecord]) -> None:
        t, now = self._visit.t, datetime.now(UTC)
        if not tasks:
            return
        with box():
            tag("div", t("desk.open_promises"), "vb-strong")
            for task in tasks:
                with box("vb-row vb-wrap"):
                    tag("span", self._promise(task.summary, task.due_at), "vb-text vb-soft")
                    if standing(task.due_at, task.done_at, now) == "broken":
                        badge(t("task.broken"), "bad")

    def _earlier(self, calls: Sequence[EarlierCall], reached: Collection[str]) -> None:
        t, names = self._visit.t, self._visit.names
        if not calls:
            return
        with box():
            tag("div", t("desk.earlier"), "vb-strong")
            for call in calls:
                told = f"{names.time(call.at)}  {call.about} {t.named('outcome', call.outcome)}"
                if call.call_id in reached:
                    with box():
                        link(told, f"/calls/{quote(call.call_id, safe='')}")
                else:
                    tag("div", told, "vb-text vb-soft")

    def _order(self, order: OrderRecord) -> str:
        """87921742 无线耳机 ¥299 · 已发货 · 顺丰 · 预计 12-01 到"""
        t = self._visit.t
        state = t.named("order_status", order.status)
        due = t("desk.expected", day=f"{order.expected_on:%m-%d}") if order.expected_on else ""
        amount = f"¥{order.amount:.2f}".removesuffix(".00")
        return " · ".join(filter(None, [f"{order.order_number} {order.product} {amount}", state, order.carrier, due]))

    def _promise(self, what: str, due_at: datetime | None) -> str:
        due = self._visit.t("task.due", at=self._visit.names.time(due_at)) if due_at else ""
        return f"{self._visit.names.said(what)} {due}".strip()

    def _list(self, title: str, entries: Sequence[str]) -> None:
        if entries:
            with box():
                tag("div", self._visit.t(title), "vb-strong")
                for entry in entries:
                    tag("div", entry, "vb-text vb-soft")
