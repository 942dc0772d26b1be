"""What the caller's answer to the question that stands leads to, given in words or by keys."""

from __future__ import annotations

from typing import Final

from voicebot.company.flows import Slot
from voicebot.dialogue.callback import Callback
from voicebot.dialogue.context import CallContext
from voicebot.dialogue.flowtalk import FlowTalk
from voicebot.dialogue.humans import Humans
from voicebot.dialogue.meaning import Meaning
from voicebot.dialogue.moves import (
    AskCallbackNumber,
    AskPhoneTail,
    AskSlot,
    CheckCallbackNumber,
    CheckIntent,
    CheckValue,
    Move,
    OfferAgent,
    OfferCallback,
    OpenQuestion,
    Question,
    expecting,
)
from voicebot.dialogue.onward import Onward
from voicebot.dialogue.types import Expecting, Segment
from voicebot.dialogue.yesno import YesNo, only_enough, yes_or_no

SHORT_REST: Final = 2
"""Characters beside a yes or no up to which it is the answer to our question and not a matter of its own."""
_KEY_YES, _KEY_NO, _KEY_HUMAN = "1", "2", "0"


class Answers:
    """Of one call."""

    def __init__(
        self, context: CallContext, flows: FlowTalk, callback: Callback, humans: Humans, onward: Onward
    ) -> None:
        self._context = context
        self._memory = context.memory
        self._flows = flows
        self._callback = callback
        self._humans = humans
        self._onward = onward

    async def spoken(self, meaning: Meaning) -> Move | None:
        """The answer to the question that stands, if that is what was said."""
        run, following = self._flows.run, None
        match self._question:
            case OpenQuestion(more):
                return await self._answer_open(meaning, more)
            case AskSlot(slot, offered) if self._may_answer(slot, meaning):
                following = await self._flows.answer(slot, meaning.text, offered)
            case CheckValue(slot) if (said := polarity(meaning)) is None or said.answer == "no":
                following = await self._flows.answer(slot, said.rest if said else meaning.text, ())
            case AskPhoneTail():
                following = await self._flows.phone_tail(meaning.text)
            case CheckCallbackNumber(number) if other := self._callback.answer_number(meaning.text, besides=number):
                return other
            case AskCallbackNumber():
                return self._callback.answer_number(meaning.text)
            case OfferCallback() if (missing := run.missing() if run else None) and missing.type != "text":
                following = await self._flows.answer(missing, meaning.text, ())
        if following is not None:
            self._memory.intent = run.intent if run else self._memory.intent
            return await self._onward.settle(following)
        said = polarity(meaning) if self._memory.listened.asked else None
        if said is None or (len(said.rest) > SHORT_REST and meaning.accepted and meaning.intent_leads_on):
            return None
        return await (self._agreed() if said.answer == "yes" else self._refused())

    async def _answer_open(self, meaning: Meaning, more: bool) -> Move | None:
        if not meaning.accepted and (following := await self._flows.same_for(meaning.text)):
            return await self._onward.settle(following)
        if not more:
            return None
        said = polarity(meaning)
        if only_enough(meaning.text) or (said and said.answer == "no" and len(said.rest) <= SHORT_REST):
            return self._onward.goodbye()
        if said and said.answer == "yes" and len(said.rest) <= SHORT_REST:
            return Move((self._prompt("how_can_i_help"),), OpenQuestion())
        return None

    async def _agreed(self) -> Move | None:
        """Yes to the question that stands."""
        match self._question:
            case CheckValue(slot, value):
                return await self._onward.settle(await self._flows.fill(slot, value))
            case CheckIntent(name, text):
                self._memory.intent = name
                return await self._onward.begin(name, text)
            case OfferCallback():
                return self._callback.offer_number()
            case OfferAgent():
                return self._humans.put_through()
            case CheckCallbackNumber(number):
                return await self._callback.promise(number)
            case _:
                return None

    async def _refused(self) -> Move | None:
        """No to the question that stands."""
        match self._question:
            case CheckValue(slot):
                return await self._onward.settle(await self._flows.reject(slot))
            case OfferCallback() if self._memory.in_queue:
                return self._humans.keep_waiting()
            case OfferCallback() if self._flows.run:
                return self._onward.cancel_flow()
            case OfferAgent() if self._flows.run:
                return await self._onward.settle(await self._flows.proceed(self._flows.run))
            case CheckIntent() | OfferCallback() | OfferAgent():
                return Move((self._prompt("how_can_i_help"),), OpenQuestion())
            case CheckCallbackNumber():
                return self._callback.ask_number()
            case _:
                return None

    async def keyed(self, keys: str) -> Move | None:
        """The same for digits that were pressed."""
        following = None
        match self._question:
            case AskSlot(slot, offered):
                following = await self._flows.keys(slot, keys, offered)
            case AskPhoneTail():
                following = await self._flows.phone_tail(keys)
            case CheckValue(slot) if len(keys) > 1:
                following = await self._flows.keys(slot, keys, ())
            case AskCallbackNumber() | CheckCallbackNumber() if len(keys) > 1:
                return self._callback.answer_number(keys)
            case OpenQuestion():
                following = await self._flows.same_for(keys)
        if following is not None:
            return await self._onward.settle(following)
        if keys == _KEY_HUMAN and not self._memory.in_queue:
            return self._humans.asked_for()
        if keys == _KEY_YES:
            return await self._agreed()
        return await self._refused() if keys == _KEY_NO else None

    def _may_answer(self, slot: Slot, meaning: Meaning) -> bool:
        """Whether what was said can be the answer to the question for `slot`."""
        asked = self._memory.listened.asked or slot.type != "yes_no"
        return asked and not self._begins_another(meaning)

    def is_only_polarity(self, meaning: Meaning) -> bool:
        """Yes, no or thanks, and nothing besides that means anything of its own."""
        said = polarity(meaning)
        if said is None or len(said.rest) <= SHORT_REST:
            return said is not None or only_enough(meaning.text)
        leads_on = meaning.accepted and meaning.intent_leads_on
        return said.answer == "yes" and expecting(self._question) is Expecting.YES_NO and not leads_on

    def _begins_another(self, meaning: Meaning) -> bool:
        """Whether an answer to a slot's question says that it is none: 算了，我想问…"""
        run = self._flows.run
        changes = meaning.wishes_change or meaning.abandons or (run is not None and run.is_question)
        leads_elsewhere = meaning.intent_leads_on and run is not None and meaning.intent_flow != run.flow.name
        return changes and meaning.accepted and leads_elsewhere

    @property
    def _question(self) -> Question:
        return self._memory.question

    def _prompt(self, key: str) -> Segment:
        return self._context.prompt(key)


def polarity(meaning: Meaning) -> YesNo | None:
    """Yes or no, by plain words or else by the company's own intents for it."""
    said = yes_or_no(meaning.text)
    if said is None and (meaning.role == "yes" or meaning.role == "no"):
        return YesNo(meaning.role, "")
    return said
