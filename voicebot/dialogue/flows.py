"""Filling a flow's slots: which are known, which is to be asked next. Pure: text and keys in, values out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from voicebot.company.flows import Flow, Slot
from voicebot.dialogue.orders import likely_orders
from voicebot.dialogue.slots import Heard, Surroundings, heard_in
from voicebot.dialogue.types import SlotValue

_NEEDS_ITS_QUESTION = frozenset({"yes_no", "text", "digits"})
"""Slot types whose value in a sentence means something only after the slot was asked."""


@dataclass(slots=True)
class FlowRun:
    """One flow that is going on for a caller."""

    flow: Flow
    intent: str
    """Name of the intent that began it."""
    opening: str = ""
    """The sentence that began it."""
    values: dict[str, SlotValue] = field(default_factory=dict)
    """In the order in which they became known."""
    tries: Counter[str] = field(default_factory=Counter)
    """Slot -> answers that were not understood."""
    skipped: set[str] = field(default_factory=set)
    phone_tail: str | None = None
    """Last four digits of a phone number, given to show that an order is the caller's."""
    task: str | None = None
    """Id of the task that was stored when the flow was carried out; a correction replaces it."""

    def copied(self) -> FlowRun:
        return replace(self, values=dict(self.values), tries=self.tries.copy(), skipped=set(self.skipped))

    @property
    def told(self) -> dict[str, SlotValue]:
        """The values that others than the action may know."""
        private = {slot.name for slot in self.flow.slots if slot.is_private}
        return {name: value for name, value in self.values.items() if name not in private}

    @property
    def is_question(self) -> bool:
        """Whether the flow does nothing but answer the sentence that began it."""
        return any(slot.prefill == "utterance" for slot in self.flow.slots)

    def missing(self) -> Slot | None:
        """The next slot to ask for."""
        return next((slot for slot in self.flow.slots if self._is_missing(slot)), None)

    def _is_missing(self, slot: Slot) -> bool:
        asked = bool(slot.ask or slot.ask_prompt)
        return asked and slot.name not in self.values and slot.name not in self.skipped

    def slot(self, name: str) -> Slot | None:
        return next((slot for slot in self.flow.slots if slot.name == name), None)

    def fill(self, slot: Slot, value: SlotValue) -> None:
        self.values.pop(slot.name, None)  # a value said again is the latest
        self.values[slot.name] = value
        self.tries[slot.name] = 0

    def clear(self, name: str) -> None:
        """Forget a slot and, since a yes was given to what is no longer so, every confirmation."""
        confirmations = [slot.name for slot in self.flow.slots if slot.type == "yes_no"]
        for cleared in (name, *confirmations):
            self.values.pop(cleared, None)
        self.skipped.discard(name)

    def take_opening(self, around: Surroundings) -> tuple[Slot, Heard] | None:
        """Fill what the opening sentence already says; returns a value that is to be asked back, if any."""
        doubtful = None
        for slot in self.flow.slots:
            if slot.prefill == "utterance":
                self.fill(slot, self.opening)
            elif slot.type not in _NEEDS_ITS_QUESTION and (heard := heard_in(slot, self.opening, around)):
                if heard.sure:
                    self.fill(slot, heard.value)
                else:
                    doubtful = doubtful or (slot, heard)
        return doubtful

    def take_known(self, around: Surroundings, caller_number: str) -> tuple[Slot, Heard] | None:
        """Fill what is known without asking; the latest of several orders is to be asked back."""
        doubtful = None
        for slot in self.flow.slots:
            if slot.name in self.values:
                continue
            likely = likely_orders(around.orders, self.flow.action.tool)
            if slot.prefill == "customer.number" and caller_number:
                self.fill(slot, caller_number)
            elif slot.prefill in ("customer.only_open_order", "customer.latest_order") and len(likely) == 1:
                self.fill(slot, likely[0].order_number)
            elif slot.prefill == "customer.latest_order" and likely:
                latest = max(likely, key=lambda order: order.ordered_on)
                doubtful = (slot, Heard(latest.order_number, sure=False))
        return doubtful

    def correct(self, text: str, around: Surroundings) -> Slot | None:
        """Replace the latest known value for which `text` holds another; returns its slot."""
        for name in reversed(self.values):
            slot = self.slot(name)
            if slot is None or slot.type in _NEEDS_ITS_QUESTION:
                continue
            heard = heard_in(slot, text, around)
            if heard and heard.value != self.values[name]:
                self.clear(name)
                self.fill(slot, heard.value)
                return slot
        return None
