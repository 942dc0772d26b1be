"""The steps of a procedure with their state, for an agent to see at a glance."""

from __future__ import annotations

from collections.abc import Sequence

from voicebot.agent_events import StepState
from voicebot.assist.known_slots import shown_value
from voicebot.assist.summary import SummaryWording
from voicebot.company.flows import Slot
from voicebot.dialogue.flows import FlowRun
from voicebot.store.records import OrderRecord

Step = tuple[str, StepState, str]
ACTION = "action"


def steps_of(
    run: FlowRun, asked: str | None, orders: Sequence[OrderRecord], wording: SummaryWording
) -> tuple[Step, ...]:
    """In the flow's order; what is not asked and not known is left out. asked: the slot that has just been."""
    slots = [slot for slot in run.flow.slots if slot.name in run.values or _is_asked(run, slot)]
    steps = [_step(run, slot, asked, orders, wording) for slot in slots]
    return (*steps, (ACTION, "open", ""))


def _is_asked(run: FlowRun, slot: Slot) -> bool:
    return bool(slot.ask or slot.ask_prompt) and slot.name not in run.skipped


def _step(run: FlowRun, slot: Slot, asked: str | None, orders: Sequence[OrderRecord], wording: SummaryWording) -> Step:
    if slot.name in run.values:
        told = run.told.get(slot.name)  # what is for the action alone is known, and not shown
        return slot.name, "known", "" if told is None else shown_value(slot, told, orders, wording)
    return slot.name, "asked" if slot.name == asked else "open", ""
