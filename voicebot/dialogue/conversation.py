"""Where the talk stands and where it goes: the question last asked, what the caller's answer to it leads to.

Every turn goes the same way: what counts at any time (a human, a repetition, goodbye), else the answer to what
was asked, else a new matter, else the ladder of not having understood, which ends in a callback.
"""

from __future__ import annotations

from datetime import datetime

from voicebot.company.schema import Role
from voicebot.dialogue.answers import SHORT_REST, Answers, polarity
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
)
from voicebot.dialogue.onward import Onward
from voicebot.dialogue.sound import sounds_in
from voicebot.dialogue.standing import StandingQuestion
from voicebot.dialogue.types import KnowledgeSearch, Segment
from voicebot.dialogue.wording import Values
from voicebot.dialogue.yesno import clearly_corrects, corrected_part, only_enough, only_halts

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
        self.onward = Onward(context, self.flows, self.standing, self.humans)
        self.answers = Answers(context, self.flows, self.callback, self.humans, self.onward)

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
            return self.onward.goodbye()
        if isinstance(self.question, InQueue):
            return await self._knowledge_answer(meaning, _VERBATIM) or self.humans.waiting(meaning)
        if meaning.wishes_language:
            return Move(self.standing.again() or (self._prompt("how_can_i_help"),), self.question)
        move = await self._corrected(meaning) or self._said_too_early(meaning)
        move = move or await self.answers.spoken(meaning) or await self._new_matter(meaning)
        if move is not None:
            self._memory.failures = 0
            return move
        return self.onward.goodbye() if meaning.role == "goodbye" else await self._failed(meaning)

    async def _message(self, meaning: Meaning, question: LeaveMessage) -> Move:
        """What is left for a human; 没有了 and silence end it."""
        said = polarity(meaning)
        over = only_enough(meaning.text) or (said is not None and said.answer == "no" and len(said.rest) <= SHORT_REST)
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
        if following is None and clearly_corrects(meaning.text) and len(part) <= SHORT_REST:
            following = await self.flows.ask_last_again()
        return None if following is None else await self.onward.settle(following)

    def _said_too_early(self, meaning: Meaning) -> Move | None:
        """等一下 in the middle of a reply, or yes or no to a question that was not heard: the rest comes first."""
        rest = self._memory.listened
        if rest.unheard and only_halts(meaning.text):
            return self._gone_on()
        if rest.asked or not self.answers.is_only_polarity(meaning):
            return None
        said = polarity(meaning)
        refused = said is not None and said.answer == "no"
        return (self._cancelled(meaning) if refused else None) or Move(rest.unheard, self.question)

    def _gone_on(self) -> Move:
        """From the sentence on that was cut."""
        return Move((self._prompt("go_on"), *self._memory.listened.unheard), self.question)

    async def _new_matter(self, meaning: Meaning) -> Move | None:
        """What was said has nothing to do with the question, but means something to the company."""
        if isinstance(self.question, CheckCallbackNumber | AskCallbackNumber):
            return None
        intent, run = meaning.intent, self.flows.run
        if intent and meaning.accepted and intent.flow:
            if run and intent.flow == run.flow.name:
                asked = isinstance(self.question, AskSlot)
                return None if asked else await self.onward.settle(await self.flows.proceed(run))
            if (move := await self._knowledge_answer(meaning, _VERBATIM)) is not None:
                return move
            if run and (meaning.abandons or run.is_question):
                self.flows.drop()
            return await self.onward.begin(intent.name, meaning.text)
        if intent and meaning.accepted and intent.answer:
            return self.onward.aside(self._prompt(intent.answer))
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
        return self.onward.aside(self._context.wording.text(answer, self._context.language))

    def _cancelled(self, meaning: Meaning) -> Move | None:
        """算了, and nothing else."""
        return self.onward.cancel_flow() if meaning.abandons and self.flows.run else None

    def _intent_check(self, meaning: Meaning) -> Move | None:
        if meaning.intent is None or not meaning.intent_leads_on or isinstance(self.question, AskSlot):
            return None
        said = self._prompt("confirm_intent", {"intent": meaning.intent.title})
        return Move((said,), CheckIntent(meaning.intent.name, meaning.text))

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
                return await self.onward.settle(await self.flows.failed(slot))
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

    async def keyed(self, keys: str) -> Move:
        """The move after digits were pressed. Raises ToolError."""
        move = await self.answers.keyed(keys)
        if move is not None:
            self._memory.failures = 0
            return move
        self._memory.failures += 1
        if self._memory.failures >= _MOST_FAILURES:
            return await self.humans.give_up()
        return Move((self._prompt("digits_invalid"), *self.standing.again()), self.question)

    def _name_of(self, role: Role) -> str:
        return next((intent.name for intent in self._company.intents.values() if intent.role == role), "none")

    def _question_intent(self) -> str:
        """The intent for questions: what the knowledge can answer is one, whatever the classifier thought."""
        flows = [flow.name for flow in self._company.flows.values() if flow.action.tool == _QUESTION_TOOL]
        return next((name for name in flows if name in self._company.intents), "none")

    def _prompt(self, key: str, values: Values | None = None) -> Segment:
        return self._context.prompt(key, values)
