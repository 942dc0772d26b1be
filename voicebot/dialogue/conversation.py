"""Where the talk stands and where it goes: the question last asked, what the caller's answer to it leads to.

Every turn goes the same way: what counts at any time (a human, a repetition, goodbye), else the answer to what
was asked, else a new matter, else the ladder of not having understood, which ends in a callback.
"""

from __future__ import annotations

from datetime import datetime

from voicebot.company.flows import Slot
from voicebot.company.schema import Role
from voicebot.dialogue.callback import Callback
from voicebot.dialogue.context import CallContext
from voicebot.dialogue.flowtalk import FlowTalk
from voicebot.dialogue.humans import Humans, StaffingOf
from voicebot.dialogue.listened import Listened, listened
from voicebot.dialogue.meaning import Meaning
from voicebot.dialogue.moves import (
    AskCallbackNumber,
    AskPhoneTail,
    AskSlot,
    CheckCallbackNumber,
    CheckIntent,
    CheckValue,
    InQueue,
    LeaveMessage,
    Move,
    OfferAgent,
    OfferCallback,
    OpenQuestion,
    Question,
    Settled,
    expecting,
)
from voicebot.dialogue.sound import sounds_in
from voicebot.dialogue.standing import StandingQuestion
from voicebot.dialogue.types import Expecting, KnowledgeSearch, Segment
from voicebot.dialogue.wording import Values
from voicebot.dialogue.yesno import YesNo, clearly_corrects, corrected_part, only_enough, only_halts, yes_or_no

_SHORT_REST = 2
"""Characters beside a yes or no up to which it is the answer to our question and not a matter of its own."""
_MOST_FAILURES = 4
"""Turns in a row without progress, after which a callback is promised unasked."""
_MOST_REPEATS = 3
_SHORTEST_QUESTION = 4
"""Characters from which something said is looked up in the knowledge."""
_VERBATIM = 0.92
"""Score of a question that is in the knowledge nearly word for word: 退货运费谁出 is answered, no return begun."""
_RATHER_THAN_ASK_BACK = 0.65
"""Score from which an answer is better than asking back about an intent that is not sure."""
_QUESTION_TOOL = "product_question"
_KEY_YES, _KEY_NO, _KEY_HUMAN = "1", "2", "0"


class Conversation:
    """From meanings and keys to moves. `moved` keeps it informed of what was said in the end."""

    def __init__(
        self, context: CallContext, knowledge: KnowledgeSearch, started: datetime, staffing: StaffingOf
    ) -> None:
        self._company = context.company
        self._context = context
        self._knowledge = knowledge
        self._memory = context.memory
        self.flows = FlowTalk(context)
        self.callback = Callback(context, started)
        self.standing = StandingQuestion(context, self.flows, self.callback)
        self.humans = Humans(context, self.callback, staffing)

    @property
    def question(self) -> Question:
        """The one that stands."""
        return self._memory.question

    def moved(self, move: Move) -> None:
        """`move` is what the caller is to hear."""
        self._memory.question, self._memory.said, self._memory.listened = move.question, move.segments, Listened()

    # Understanding, in order of precedence

    async def understood(self, meaning: Meaning, heard: str | None) -> Move:
        """The move after an utterance. heard: what was heard of the last reply, None for all. Raises ToolError."""
        self._memory.listened = listened(self._memory.said, heard, self.standing.read_out())
        if isinstance(self.question, LeaveMessage):
            return await self._message(meaning, self.question)
        in_callback = isinstance(self.question, CheckCallbackNumber | AskCallbackNumber)
        if meaning.role == "handover" and not in_callback:
            self._memory.intent = self._name_of("handover")
            return self.humans.waiting(meaning) if self._memory.in_queue else self.humans.asked_for()
        failures = self._memory.failures
        move = await self._by_precedence(meaning)
        return self.humans.after(meaning, move, failed=self._memory.failures > failures)

    async def _by_precedence(self, meaning: Meaning) -> Move:
        if meaning.role == "repeat":
            self._memory.intent = self._name_of("repeat")
            return await self._repeat(meaning)
        self._memory.repeats = 0
        if meaning.role == "goodbye" and isinstance(self.question, AskSlot | OpenQuestion):
            self._memory.intent = self._name_of("goodbye")
            return self.goodbye()
        if isinstance(self.question, InQueue):
            return await self._knowledge_answer(meaning, _VERBATIM) or self.humans.waiting(meaning)
        if meaning.wishes_language:
            return Move(self.standing.again() or (self._prompt("how_can_i_help"),), self.question)
        move = await self._corrected(meaning) or self._said_too_early(meaning)
        move = move or await self._answered(meaning) or await self._new_matter(meaning)
        if move is not None:
            self._memory.failures = 0
            return move
        return self.goodbye() if meaning.role == "goodbye" else await self._failed(meaning)

    async def _message(self, meaning: Meaning, question: LeaveMessage) -> Move:
        """What is left for a human; 没有了 and silence end it."""
        said = self._polarity(meaning)
        over = only_enough(meaning.text) or (said is not None and said.answer == "no" and len(said.rest) <= _SHORT_REST)
        if question.said and (over or meaning.role == "goodbye"):
            return await self.humans.message_over(question)
        return await self.humans.message(meaning.text, question)

    async def _corrected(self, meaning: Meaning) -> Move | None:
        """ "不对，是…" about a value that was understood or taken for granted before."""
        if not isinstance(self.question, AskSlot | OpenQuestion):
            return None
        part = corrected_part(meaning.text)
        if part is None and meaning.role == "correction":
            part = meaning.text
        if part is None:
            return None
        following = await self.flows.correct(part)
        if following is None and clearly_corrects(meaning.text) and len(part) <= _SHORT_REST:
            following = await self.flows.ask_last_again()
        return None if following is None else await self._settle(following)

    def _said_too_early(self, meaning: Meaning) -> Move | None:
        """等一下 in the middle of a reply, or yes or no to a question that was not heard: the rest comes first."""
        rest = self._memory.listened
        if rest.unheard and only_halts(meaning.text):
            return self._gone_on()
        if rest.asked or not self._is_only_polarity(meaning):
            return None
        said = self._polarity(meaning)
        refused = said is not None and said.answer == "no"
        return (self._cancelled(meaning) if refused else None) or Move(rest.unheard, self.question)

    def _gone_on(self) -> Move:
        """From the sentence on that was cut."""
        return Move((self._prompt("go_on"), *self._memory.listened.unheard), self.question)

    async def _answered(self, meaning: Meaning) -> Move | None:
        """The answer to the question that stands, if that is what was said."""
        run, following = self.flows.run, None
        match self.question:
            case OpenQuestion(more):
                return await self._answer_open(meaning, more)
            case AskSlot(slot, offered) if self._may_answer(slot, meaning):
                following = await self.flows.answer(slot, meaning.text, offered)
            case CheckValue(slot) if (said := self._polarity(meaning)) is None or said.answer == "no":
                following = await self.flows.answer(slot, said.rest if said else meaning.text, ())
            case AskPhoneTail():
                following = await self.flows.phone_tail(meaning.text)
            case CheckCallbackNumber(number) if other := self.callback.answer_number(meaning.text, besides=number):
                return other
            case AskCallbackNumber():
                return self.callback.answer_number(meaning.text)
            case OfferCallback() if (missing := run.missing() if run else None) and missing.type != "text":
                following = await self.flows.answer(missing, meaning.text, ())
        if following is not None:
            self._memory.intent = run.intent if run else self._memory.intent
            return await self._settle(following)
        said = self._polarity(meaning) if self._memory.listened.asked else None
        if said is None or (len(said.rest) > _SHORT_REST and meaning.accepted and meaning.intent_leads_on):
            return None
        return await (self._agreed() if said.answer == "yes" else self._refused())

    async def _answer_open(self, meaning: Meaning, more: bool) -> Move | None:
        if not meaning.accepted and (following := await self.flows.same_for(meaning.text)):
            return await self._settle(following)
        if not more:
            return None
        said = self._polarity(meaning)
        if only_enough(meaning.text) or (said and said.answer == "no" and len(said.rest) <= _SHORT_REST):
            return self.goodbye()
        if said and said.answer == "yes" and len(said.rest) <= _SHORT_REST:
            return Move((self._prompt("how_can_i_help"),), OpenQuestion())
        return None

    async def _agreed(self) -> Move | None:
        """Yes to the question that stands."""
        match self.question:
            case CheckValue(slot, value):
                return await self._settle(await self.flows.fill(slot, value))
            case CheckIntent(name, text):
                self._memory.intent = name
                return await self._begin(name, text)
            case OfferCallback():
                return self.callback.offer_number()
            case OfferAgent():
                return self.humans.put_through()
            case CheckCallbackNumber(number):
                return await self.callback.promise(number)
            case _:
                return None

    async def _refused(self) -> Move | None:
        """No to the question that stands."""
        match self.question:
            case CheckValue(slot):
                return await self._settle(await self.flows.reject(slot))
            case OfferCallback() if self._memory.in_queue:
                return self.humans.keep_waiting()
            case OfferCallback() if self.flows.run:
                return self._cancel_flow()
            case OfferAgent() if self.flows.run:
                return await self._settle(await self.flows.proceed(self.flows.run))
            case CheckIntent() | OfferCallback() | OfferAgent():
                return Move((self._prompt("how_can_i_help"),), OpenQuestion())
            case CheckCallbackNumber():
                return self.callback.ask_number()
            case _:
                return None

    async def _new_matter(self, meaning: Meaning) -> Move | None:
        """What was said has nothing to do with the question, but means something to the company."""
        if isinstance(self.question, CheckCallbackNumber | AskCallbackNumber):
            return None
        intent, run = meaning.intent, self.flows.run
        if intent and meaning.accepted and intent.flow:
            if run and intent.flow == run.flow.name:
                asked = isinstance(self.question, AskSlot)
                return None if asked else await self._settle(await self.flows.proceed(run))
            if (move := await self._knowledge_answer(meaning, _VERBATIM)) is not None:
                return move
            if run and (meaning.abandons or run.is_question):
                self.flows.drop()
            return await self._begin(intent.name, meaning.text)
        if intent and meaning.accepted and intent.answer:
            return self._aside(self._prompt(intent.answer))
        if meaning.role == "greeting":
            return Move(self.standing.again() or (self._prompt("how_can_i_help"),), self.question)
        least = _RATHER_THAN_ASK_BACK if meaning.intent_flow else 0.0
        answer = await self._knowledge_answer(meaning, least)
        return answer or self._cancelled(meaning) or self._intent_check(meaning)

    async def _knowledge_answer(self, meaning: Meaning, least_score: float) -> Move | None:
        """What the knowledge says to it, with at least this score (its own threshold holds besides)."""
        if len(meaning.text) < _SHORTEST_QUESTION:
            return None
        product = sounds_in(meaning.text, self._context.product_names)
        found = await self._knowledge.search(meaning.text, product=product)
        if found is None or found.score < least_score:
            return None
        if self._memory.intent == "none":
            self._memory.intent = self._question_intent()
        answer = found.wording(self._context.language)
        self._memory.outcome = "resolved"
        self._memory.done.append(meaning.text)
        return self._aside(self._context.wording.text(answer, self._context.language))

    def _cancelled(self, meaning: Meaning) -> Move | None:
        """算了, and nothing else."""
        return self._cancel_flow() if meaning.abandons and self.flows.run else None

    def _cancel_flow(self) -> Move:
        self.flows.drop()
        said = (self._prompt("flow_cancelled"), self._prompt("anything_else"))
        return Move(said, OpenQuestion(more=True))

    def _intent_check(self, meaning: Meaning) -> Move | None:
        if meaning.intent is None or not meaning.intent_leads_on or isinstance(self.question, AskSlot):
            return None
        said = self._prompt("confirm_intent", {"intent": meaning.intent.title})
        return Move((said,), CheckIntent(meaning.intent.name, meaning.text))

    # What follows

    async def _begin(self, name: str, text: str) -> Move:
        intent = self._company.intents[name]
        if intent.flow:
            return await self._settle(await self.flows.begin(self._company.flows[intent.flow], name, text))
        return self._aside(self._prompt(intent.answer or "how_can_i_help"))

    async def _settle(self, following: Move | Settled) -> Move:
        """After a flow's end: back to the one it interrupted, or to the open question, or to the end of the call."""
        if isinstance(following, Move):
            return following
        said = tuple(following.segments)
        if following.then == "handover":
            return self.humans.asked_for().after(*said)
        if following.then == "close":
            return self.goodbye().after(*said)
        if (resumed := await self.flows.resume()) is not None:
            return (await self._settle(resumed)).after(*said)
        return Move((*said, self._prompt("anything_else")), OpenQuestion(more=True))

    def _aside(self, said: Segment) -> Move:
        """An answer that leaves the question that stands as it was."""
        if self._memory.in_queue:
            return Move((said,), InQueue())
        if isinstance(self.question, OpenQuestion | CheckIntent | OfferCallback | OfferAgent) and not self.flows.run:
            return Move((said, self._prompt("anything_else")), OpenQuestion(more=True))
        return Move((said, *self.standing.again()), self.question)

    async def _failed(self, meaning: Meaning) -> Move:
        """Nothing was understood: other words, then a callback offered, then one promised."""
        self._memory.failures += 1
        if self._memory.failures >= _MOST_FAILURES:
            return await self.humans.give_up()
        if self._memory.in_queue:
            return self.humans.keep_waiting()
        if self._memory.listened.unheard and self._memory.failures == 1 and not meaning.upset:
            return self._gone_on()
        match self.question:
            case CheckCallbackNumber() | AskCallbackNumber():
                return await self.callback.failed()
            case AskSlot(slot) if not meaning.upset:
                return await self._settle(await self.flows.failed(slot))
            case CheckValue() | CheckIntent() | OfferCallback() | OfferAgent():
                return Move((self._prompt("ask_yes_no"), *self.standing.again()), self.question)
            case AskPhoneTail():
                return Move(self.standing.again(), self.question)
            case _ if self._memory.failures > 1 or meaning.upset:
                return Move((self._prompt("no_match_2"),), OfferCallback())
            case _:
                return Move((self._prompt("off_topic" if meaning.off_topic else "no_match_1"),), self.question)

    async def _repeat(self, meaning: Meaning) -> Move:
        self._memory.repeats += 1
        if self._memory.repeats > _MOST_REPEATS:
            return await self._failed(meaning)
        said = self._memory.listened.unheard or self._memory.said
        return Move(said or (self._prompt("repeat_none"),), self.question)

    def goodbye(self) -> Move:
        return Move((self._prompt("goodbye"),), self.question, end_call=True)

    async def keyed(self, keys: str) -> Move:
        """The move after digits were pressed. Raises ToolError."""
        move = await self._answered_by_keys(keys)
        if move is not None:
            self._memory.failures = 0
            return move
        self._memory.failures += 1
        if self._memory.failures >= _MOST_FAILURES:
            return await self.humans.give_up()
        return Move((self._prompt("digits_invalid"), *self.standing.again()), self.question)

    async def _answered_by_keys(self, keys: str) -> Move | None:
        following = None
        match self.question:
            case AskSlot(slot, offered):
                following = await self.flows.keys(slot, keys, offered)
            case AskPhoneTail():
                following = await self.flows.phone_tail(keys)
            case CheckValue(slot) if len(keys) > 1:
                following = await self.flows.keys(slot, keys, ())
            case AskCallbackNumber() | CheckCallbackNumber() if len(keys) > 1:
                return self.callback.answer_number(keys)
            case OpenQuestion():
                following = await self.flows.same_for(keys)
        if following is not None:
            return await self._settle(following)
        if keys == _KEY_HUMAN and not self._memory.in_queue:
            return self.humans.asked_for()
        if keys == _KEY_YES:
            return await self._agreed()
        return await self._refused() if keys == _KEY_NO else None

    # Small things

    def _may_answer(self, slot: Slot, meaning: Meaning) -> bool:
        """Whether what was said can be the answer to the question for `slot`."""
        asked = self._memory.listened.asked or slot.type != "yes_no"
        return asked and not self._begins_another(meaning)

    def _is_only_polarity(self, meaning: Meaning) -> bool:
        """Yes, no or thanks, and nothing besides that means anything of its own."""
        said = self._polarity(meaning)
        if said is None or len(said.rest) <= _SHORT_REST:
            return said is not None or only_enough(meaning.text)
        leads_on = meaning.accepted and meaning.intent_leads_on
        return said.answer == "yes" and expecting(self.question) is Expecting.YES_NO and not leads_on

    def _begins_another(self, meaning: Meaning) -> bool:
        """Whether an answer to a slot's question says that it is none: 算了，我想问…"""
        run = self.flows.run
        changes = meaning.wishes_change or meaning.abandons or (run is not None and run.is_question)
        leads_elsewhere = meaning.intent_leads_on and run is not None and meaning.intent_flow != run.flow.name
        return changes and meaning.accepted and leads_elsewhere

    def _polarity(self, meaning: Meaning) -> YesNo | None:
        """Yes or no, by plain words or else by the company's own intents for it."""
        said = yes_or_no(meaning.text)
        if said is None and (meaning.role == "yes" or meaning.role == "no"):
            return YesNo(meaning.role, "")
        return said

    def _name_of(self, role: Role) -> str:
        return next((intent.name for intent in self._company.intents.values() if intent.role == role), "none")

    def _question_intent(self) -> str:
        """The intent for questions: what the knowledge can answer is one, whatever the classifier thought."""
        flows = [flow.name for flow in self._company.flows.values() if flow.action.tool == _QUESTION_TOOL]
        return next((name for name in flows if name in self._company.intents), "none")

    def _prompt(self, key: str, values: Values | None = None) -> Segment:
        return self._context.prompt(key, values)
