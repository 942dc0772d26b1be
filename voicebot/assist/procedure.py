"""Where an agent stands in the company's procedure: what the caller has said of it, and what to ask next.

The procedure is the flow that the assistant would follow; the agent may ask in any order and in other words.
"""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.assist.similarity import coverage
from voicebot.company import Company
from voicebot.company.flows import Flow, Slot
from voicebot.dialogue.flows import FlowRun
from voicebot.dialogue.slots import Surroundings, heard_in
from voicebot.dialogue.types import IntentGuess, KnownCaller
from voicebot.dialogue.yesno import corrected_part

_SAME_QUESTION = 0.35
"""Share of a question's pairs of characters in the agent's words from which the question counts as asked."""
_SAID_ONLY_WHEN_ASKED = frozenset({"yes_no", "text", "digits"})
LONGEST_TEXT = 200
"""Characters of one turn that are looked at."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """Ask for `slot`; None: everything is known, carry the flow out."""

    flow: Flow
    slot: Slot | None

    @property
    def source(self) -> str:
        return f"flows/{self.flow.name}/{self.slot.name if self.slot else 'action'}"


class Procedure:
    """Follows one conversation of an agent with a caller."""

    def __init__(self, company: Company, caller: KnownCaller, around: Surroundings, run: FlowRun | None = None) -> None:
        """`run`: the flow that the assistant had begun."""
        self._company = company
        self._caller = caller
        self._around = around
        self.runs: list[FlowRun] = [run.copied()] if run else []
        """The last one is going on; one a flow."""
        self._asked: str | None = None
        """Name of the slot that the agent has just asked for."""

    def caller_said(self, text: str, intent: IntentGuess) -> None:
        text = text[:LONGEST_TEXT]
        flow = self._begun(intent)
        if flow and not (self.runs and self.runs[-1].flow.name == flow.name):
            self._begin(flow, intent.name, text)
        elif self.runs:
            self._listen(self.runs[-1], text)
        self._asked = None

    def agent_said(self, text: str) -> None:
        """Notes which question the agent asked, whatever the words."""
        run = self.runs[-1] if self.runs else None
        likeness = {slot.name: self._likeness(text, slot) for slot in run.flow.slots} if run else {}
        best = max(likeness, key=lambda name: likeness[name], default=None)
        self._asked = best if best is not None and likeness[best] >= _SAME_QUESTION else None

    def next_step(self) -> NextStep | None:
        """What is to be done now; None where no procedure is going on, or its question was just asked."""
        run = self.runs[-1] if self.runs else None
        if run is None or run.is_question:
            return None
        slot = run.missing()
        return None if slot and slot.name == self._asked else NextStep(run.flow, slot)

    @property
    def going_on(self) -> tuple[FlowRun, str | None] | None:
        """The procedure under way, and which of its slots has just been asked for."""
        run = self.runs[-1] if self.runs else None
        return None if run is None or run.is_question else (run, self._asked)

    def _begun(self, intent: IntentGuess) -> Flow | None:
        known = self._company.intents.get(intent.name)
        sure = intent.confidence >= self._company.profile.confidence.accept
        return self._company.flows.get(known.flow or "") if known and sure else None

    def _begin(self, flow: Flow, intent: str, text: str) -> None:
        """Start the flow, or go on with it where it was left half done."""
        before = next((run for run in self.runs if run.flow.name == flow.name), None)
        self.runs = [run for run in self.runs if run is not before]
        if before and before.missing():
            self.runs.append(before)
            self._listen(before, text)
            return
        run = FlowRun(flow, intent, text)
        if run.take_opening(self._around) is None:
            run.take_known(self._around, self._caller.number)
        self.runs.append(run)

    def _listen(self, run: FlowRun, text: str) -> None:
        if corrected_part(text) is not None and run.correct(text, self._around):
            return
        for slot in run.flow.slots:
            if slot.name in run.values or (slot.type in _SAID_ONLY_WHEN_ASKED and slot.name != self._asked):
                continue
            if (heard := heard_in(slot, text, self._around)) and heard.sure:
                run.fill(slot, heard.value)

    def _likeness(self, said: str, slot: Slot) -> float:
        prompt = self._company.prompts.get(slot.ask_prompt or "")
        asked = prompt.wordings("cmn") if prompt else (slot.ask, slot.ask_yue)
        return max((coverage(said, question) for question in (*asked, *slot.reask, *slot.reask_yue)), default=0.0)
