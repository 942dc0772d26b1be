"""What a flow's slots hold, as a colleague reads it, and what the flow still has to ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from voicebot.assist.packet import KnownSlot
from voicebot.assist.summary import SummaryWording
from voicebot.assist.templates import clipped
from voicebot.company.flows import Slot
from voicebot.dialogue.flows import FlowRun
from voicebot.dialogue.types import SlotValue
from voicebot.masking import mask
from voicebot.store.records import OrderRecord

_LONGEST_VALUE = 60


def known_slots(runs: Iterable[FlowRun], orders: Sequence[OrderRecord], wording: SummaryWording) -> list[KnownSlot]:
    """The values of `runs`, in the order in which they became known."""
    return [
        KnownSlot(
            run.flow.name,
            name,
            wording.slot_labels[slot.type],
            shown_value(slot, value, orders, wording),
            _brief(slot, value, orders, wording),
        )
        for run in runs
        for name, value in run.told.items()
        if (slot := run.slot(name))
    ]


def shown_value(slot: Slot, value: SlotValue, orders: Sequence[OrderRecord], wording: SummaryWording) -> str:
    """A slot's value as a colleague reads it: the choice's word, the order with its product, the plain date."""
    match slot.type, value:
        case "choice", str() if value in slot.choices:
            return slot.choices[value][0]
        case "yes_no", str():
            return wording.answers.get(value, value)
        case "order_number", str():
            product = _product(value, orders)
            return f"{value}（{product}）" if product else value
        case _, Decimal():
            return f"{value:.2f}".removesuffix(".00") + wording.text["yuan"]
        case _, date():
            return wording.day(value)
        case "phone", _:
            return str(value)
        case _:
            return mask(clipped(str(value), _LONGEST_VALUE))


def _brief(slot: Slot, value: SlotValue, orders: Sequence[OrderRecord], wording: SummaryWording) -> str:
    match slot.type:
        case "order_number":
            product = _product(str(value), orders)
            return product or wording.fill("order_brief", tail=str(value)[-4:])
        case "text" | "phone" | "yes_no":
            return ""
        case _:
            return shown_value(slot, value, orders, wording)


def _product(number: str, orders: Sequence[OrderRecord]) -> str:
    return next((order.product for order in orders if order.order_number == number), "")


def missing_slots(run: FlowRun, wording: SummaryWording) -> tuple[str, ...]:
    """What is still to be asked, one word each."""
    open_slots = [
        slot
        for slot in run.flow.slots
        if (slot.ask or slot.ask_prompt) and slot.name not in run.values and slot.name not in run.skipped
    ]
    return tuple(dict.fromkeys(wording.missing_labels[slot.type] for slot in open_slots))
