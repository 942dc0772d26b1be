"""What could help the agent at this point of the talk: knowledge, the next step, wording, the record in question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from models.understanding import EmotionLabel
from voicebot.assist.procedure import NextStep, Procedure
from voicebot.assist.prompt_wording import LONGEST_TEXT, PromptWording
from voicebot.assist.similarity import coverage
from voicebot.assist.templates import clipped
from voicebot.assist.whisper_prompt import Draft
from voicebot.company import Company
from voicebot.dialogue.flows import FlowRun
from voicebot.dialogue.lexicon import lexicon
from voicebot.dialogue.orders import find_order
from voicebot.dialogue.slots import Surroundings
from voicebot.dialogue.types import IntentGuess, KnowledgeAnswer, KnownCaller, Language
from voicebot.store.records import CustomerRecord

_LONGEST_HEARD = 200
"""Characters of one turn that are looked at."""
_SAID = 0.5
"""Share of a text's pairs of characters in the agent's words from which the agent knows it anyway."""
_RECORD = 0.6
_EMPATHY = 0.65
"""An upset caller hears sympathy before the next question."""
_STEP = 0.55
_CLOSING = 0.6
_CUSTOMER = 0.5
"""Relevance of what has no score of its own. A judgement: a sure knowledge answer (above) goes before the record it is
about, sympathy before the procedure. Agents' clicks correct it (helpfulness.py)."""
_AFTER_GOODBYE = " ,，。.!！~啊哈呀了啦哦吧"


@dataclass(frozen=True, slots=True)
class CallerSaid:
    """One finished turn of the caller, understood."""

    text: str
    at_s: float
    """Seconds since the answer."""
    intent: IntentGuess = field(default_factory=IntentGuess)
    emotion: EmotionLabel = "calm"
    language: Language = "cmn"
    answer: KnowledgeAnswer | None = None
    """What the company's knowledge has about it."""


class Suggestions:
    """Of one call. Says what would be relevant now; whether it is shown is decided elsewhere (prompts.py)."""

    def __init__(
        self,
        company: Company,
        caller: KnownCaller,
        wording: PromptWording,
        today: date,
        *,
        customer: CustomerRecord | None = None,
        run: FlowRun | None = None,
    ) -> None:
        products = {product.name: product.aliases for product in company.products}
        self._around = Surroundings(today, caller.orders, products)
        self._company = company
        self._caller = caller
        self._customer = customer
        self._wording = wording
        self._agent_said = ""
        self.procedure = Procedure(company, caller, self._around, run)

    def joined(self) -> Iterator[Draft]:
        """At the beginning, before anybody said a word."""
        yield from self._next_step("cmn")
        customer = self._customer
        if customer and (customer.note or customer.tags):
            yield Draft("record", "customers", self._wording.customer(customer, self._caller.called), _CUSTOMER)

    def agent_said(self, text: str) -> None:
        self._agent_said = (self._agent_said + text)[-2 * _LONGEST_HEARD :]
        self.procedure.agent_said(text)

    def caller_said(self, said: CallerSaid) -> list[Draft]:
        text = said.text[:_LONGEST_HEARD]
        self.procedure.caller_said(text, said.intent)
        return [
            *self._knowledge(said),
            *self._record(text),
            *self._wordings(text, said),
            *self._next_step(said.language),
        ]

    def _knowledge(self, said: CallerSaid) -> Iterator[Draft]:
        answer = said.answer
        if answer is None or answer.score < self._company.profile.confidence.knowledge:
            return
        text = answer.wording(said.language)
        if coverage(self._agent_said, text) < _SAID:
            yield Draft("knowledge", f"knowledge/{answer.id}", clipped(text, LONGEST_TEXT), answer.score)

    def _record(self, text: str) -> Iterator[Draft]:
        """The order that was named: what a person wants before their eyes at once."""
        match = find_order(text, self._around.orders, self._around.products)
        order = next((one for one in self._around.orders if match and one.order_number == match.number), None)
        if order:
            yield Draft("record", "orders", self._wording.order(order), _RECORD, about=order.order_number)

    def _wordings(self, text: str, said: CallerSaid) -> Iterator[Draft]:
        if said.emotion != "calm":
            yield from self._standard("empathy", said.language, _EMPATHY)
        elif text.rstrip(_AFTER_GOODBYE).endswith(lexicon().goodbye):
            yield from self._standard("goodbye", said.language, _CLOSING)

    def _standard(self, key: str, language: Language, score: float) -> Iterator[Draft]:
        """A prompt that the assistant uses on the same occasion."""
        prompt = self._company.prompts.get(key)
        wording = prompt.wordings(language)[0] if prompt else ""
        if wording and coverage(self._agent_said, wording) < _SAID:
            yield Draft("wording", f"prompts/{key}", self._wording.say("wording", wording=wording), score)

    def _next_step(self, language: Language) -> Iterator[Draft]:
        step = self.procedure.next_step()
        if step:
            yield Draft("next_step", step.source, self._step_text(step, language), _STEP)

    def _step_text(self, step: NextStep, language: Language) -> str:
        slot = step.slot
        if slot is None:
            return self._wording.say("act", title=step.flow.title)
        prompt = self._company.prompts.get(slot.ask_prompt or "")
        plain = (language == "yue" and slot.ask_yue) or slot.ask
        return self._wording.say("ask", question=prompt.wordings(language)[0] if prompt else plain)
