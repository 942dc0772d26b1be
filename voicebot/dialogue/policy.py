"""What the assistant says to each utterance, pressed keys or silence of the caller: the face of the dialogue."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import replace
from datetime import datetime

from voicebot.company import Company
from voicebot.dialogue.context import CallContext
from voicebot.dialogue.conversation import Conversation
from voicebot.dialogue.flows import FlowRun
from voicebot.dialogue.humans import StaffingOf, nobody_works
from voicebot.dialogue.language import SpokenLanguage
from voicebot.dialogue.meaning import Meaning, meaning_of
from voicebot.dialogue.memory import Memory
from voicebot.dialogue.moves import InQueue, LeaveMessage, Move, OfferCallback, OpenQuestion, expecting, is_private
from voicebot.dialogue.orders import find_order
from voicebot.dialogue.slots import Surroundings
from voicebot.dialogue.types import (
    ActionDone,
    Expecting,
    KnowledgeSearch,
    KnownCaller,
    Language,
    Reply,
    Segment,
    ToolError,
    Tools,
    Understood,
    WouldActError,
)
from voicebot.dialogue.wording import Values, Wording

_LONGEST_TEXT = 200
"""Characters of an utterance that are looked at; nobody says more in one breath."""
_MOST_TURNS = 60
_LAST_SILENCE = 3
"""Silences in a row after which the call ends."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


class Dialogue:
    """The conversation of one call; no I/O but through `tools` and `knowledge`.

    `started` is when the call began, in the company's time zone. `staffing` says which humans could take it.
    """

    def __init__(
        self,
        company: Company,
        tools: Tools,
        knowledge: KnowledgeSearch,
        caller: KnownCaller,
        language: Language = "cmn",
        *,
        started: datetime,
        staffing: StaffingOf = nobody_works,
    ) -> None:
        self._company = company
        self._knowledge = knowledge
        self._started = started
        self._staffing = staffing
        self._languages = frozenset(company.profile.languages)
        first: Language = language if language in self._languages else "cmn"
        products = {product.name: product.aliases for product in company.products}
        self._context = CallContext(
            company=company,
            tools=tools,
            caller=caller,
            wording=Wording(company, started.date()),
            around=Surroundings(started.date(), caller.orders, products),
            memory=Memory(SpokenLanguage(first)),
        )
        self._conversation = Conversation(self._context, knowledge, started, staffing)

    # What the session asks about

    @property
    def slots(self) -> dict[str, str]:
        return self._conversation.flows.slots

    @property
    def private(self) -> bool:
        """Whether the answer to the question that stands may not be kept."""
        return is_private(self._conversation.question)

    @property
    def active_flow(self) -> str | None:
        return self._conversation.flows.run.flow.name if self._conversation.flows.run else None

    @property
    def outcome(self) -> str:
        """resolved, callback, voicemail, or abandoned."""
        return "abandoned" if self._memory.in_queue else self._memory.outcome

    @property
    def waiting(self) -> bool:
        """Whether the caller waits for a human, and nothing was asked."""
        return isinstance(self._conversation.question, InQueue)

    @property
    def skill(self) -> str:
        """What a human who takes the call must be able to settle."""
        return self._conversation.humans.skill

    @property
    def runs(self) -> tuple[FlowRun, ...]:
        """Every flow that was begun, in order."""
        return tuple(self._memory.begun)

    @property
    def open_run(self) -> FlowRun | None:
        """The flow that is going on."""
        return self._conversation.flows.run

    @property
    def actions(self) -> tuple[ActionDone, ...]:
        """Everything that was done for the caller, in order."""
        return tuple(self._memory.carried_out)

    @property
    def expecting(self) -> Expecting:
        return expecting(self._conversation.question)

    @property
    def language(self) -> Language:
        return self._context.language

    # What happens in the call

    def opening(self) -> Reply:
        """Who is speaking, that it is an AI, that the call is recorded: to be heard whole; then the question."""
        known = {"caller": self._context.caller.called}
        greeting = self._prompt("greeting_known", known) if known["caller"] else self._prompt("greeting")
        mandatory = (greeting, self._prompt("recording_notice"))
        said = tuple(replace(segment, interruptible=False) for segment in mandatory)
        return self._reply(Move((*said, self._prompt("how_can_i_help")), OpenQuestion()))

    def notice(self) -> Reply:
        """For somebody whom we called: that it is recorded. An agent speaks next."""
        return self._reply(Move((replace(self._prompt("recording_notice"), interruptible=False),), InQueue()))

    async def on_utterance(self, utterance: Understood) -> Reply:
        """The reply to one finished utterance."""
        self._memory.language = self._memory.language.after(utterance, self._languages)
        text = _CONTROL.sub(" ", utterance.text).strip()[:_LONGEST_TEXT]
        around = self._context.around
        named = find_order(text, around.orders, around.products)
        meaning = meaning_of(utterance, text, self._company, names_own_order=named is not None and named.sure)
        self._memory.intent = meaning.intent.name if meaning.intent else "none"
        self._memory.routing = ""
        try:
            move = await self._end_if_too_long() or await self._conversation.understood(meaning, utterance.heard_reply)
        except ToolError:
            move = self._tool_failed()
        return self._reply(self._comfort(meaning, move))

    async def rehearse(self, utterance: Understood) -> Reply | None:
        """The reply that `on_utterance` would give now, without any effect on this dialogue, the store or anybody else.

        None where the caller's wish would be carried out: that is not tried, only done.
        """
        try:
            return await self._double().on_utterance(utterance)
        except WouldActError:
            return None

    def filler(self) -> Segment:
        """A few words while the reply is being found; no part of it, and never heard of again."""
        return self._prompt("hold_on")

    async def on_digits(self, digits: str) -> Reply:
        """The reply to keys pressed; a closing # does not belong to the number."""
        keys = "".join(key for key in digits if key.isascii() and key.isdigit())
        self._memory.intent = self._conversation.flows.run.intent if self._conversation.flows.run else "none"
        try:
            move = await self._end_if_too_long() or await self._conversation.keyed(keys)
        except ToolError:
            move = self._tool_failed()
        return self._reply(move)

    async def on_no_input(self, count: int) -> Reply:
        """The reply to the `count`-th silence in a row."""
        self._memory.turns += 1
        self._memory.intent, self._memory.routing = "none", ""
        humans, question = self._conversation.humans, self._conversation.question
        if self._memory.in_queue:
            return self._reply(humans.keep_waiting())
        if isinstance(question, LeaveMessage):
            try:
                return self._reply(await humans.message_over(question))
            except ToolError:
                return self._reply(self._tool_failed())
        if count >= _LAST_SILENCE or self._memory.turns > _MOST_TURNS:
            return self._reply(self._conversation.onward.goodbye())
        if self._conversation.question == OpenQuestion(more=True):
            return self._reply(Move((self._prompt("still_there"),), self._conversation.question))
        said = self._prompt(f"no_input_{max(1, count)}")
        return self._reply(Move((said, *self._conversation.standing.again()), self._conversation.question))

    def on_models_away(self) -> Reply:
        """The reply when the caller spoke and nothing could understand it: an apology and the offer of a callback."""
        self._memory.turns += 1
        self._memory.intent = "none"
        return self._reply(self._tool_failed())

    # While the caller waits for a human

    def announce(self, position: int | None, minutes: int | None) -> Reply:
        """Where the caller stands in the queue; None for what is not known."""
        return self._aside(self._conversation.humans.announce(position, minutes))

    def offer_callback(self) -> Reply:
        """Asks whether the caller would rather be called back than wait."""
        return self._aside(self._conversation.humans.offer_callback())

    async def nobody_came(self, to: str) -> Reply:
        """Nobody will take the call. `to`: what is offered instead, "callback" or "voicemail"."""
        return self._aside(await self._conversation.humans.nobody_came(to))

    def agent_took_over(self) -> None:
        """A human talks to the caller from now on."""
        self._memory.in_queue = False
        self._memory.outcome = "agent"

    def waits_again(self) -> None:
        """The agent passed the caller on."""
        self._memory.in_queue = True
        self._conversation.moved(Move((), InQueue()))

    def agent_lost(self) -> Reply:
        """The agent's line broke: the caller waits for the next one."""
        return self._aside(self._conversation.humans.reconnect())

    def agent_left(self) -> Reply:
        """The agent has hung up, and the call ends."""
        return self._aside(self._conversation.onward.goodbye())

    def _aside(self, move: Move) -> Reply:
        """A reply to nothing that the caller said."""
        self._memory.intent, self._memory.routing = "none", ""
        return self._reply(move)

    # What belongs to every turn

    @property
    def _memory(self) -> Memory:
        return self._context.memory

    def _double(self) -> Dialogue:
        """A dialogue that stands where this one stands and cannot do anything."""
        double, context = copy(self), self._context
        double._context = replace(context, tools=context.tools.rehearsed(), memory=context.memory.copied())
        double._conversation = Conversation(double._context, self._knowledge, self._started, self._staffing)
        return double

    async def _end_if_too_long(self) -> Move | None:
        self._memory.turns += 1
        if self._memory.turns <= _MOST_TURNS:
            return None
        move = await self._conversation.callback.give_up()
        return move.after(self._prompt("too_long")) if move.handover else move

    def _tool_failed(self) -> Move:
        """The first time a human is offered; if that cannot be stored either, the call ends."""
        if self._memory.tool_has_failed:
            return Move((self._prompt("error"), self._prompt("goodbye")), self._conversation.question, end_call=True)
        self._memory.tool_has_failed = True
        return Move((self._prompt("error"), self._prompt("offer_callback")), OfferCallback())

    def _comfort(self, meaning: Meaning, move: Move) -> Move:
        """One phrase of sympathy for an upset caller, once a call."""
        if not meaning.upset or self._memory.comforted or move.end_call:
            return move
        self._memory.comforted = True
        return move.after(self._prompt("empathy"))

    def _reply(self, move: Move) -> Reply:
        self._conversation.moved(move)
        actions = tuple(self._memory.actions)
        self._memory.actions.clear()
        return Reply(
            segments=move.segments,
            language=self._context.language,
            end_call=move.end_call,
            handover=move.handover,
            transfer=move.transfer,
            intent=self._memory.intent,
            slots=self._conversation.flows.slots,
            actions=actions,
            routing=self._memory.routing,
        )

    def _prompt(self, key: str, values: Values | None = None) -> Segment:
        return self._context.prompt(key, values)
