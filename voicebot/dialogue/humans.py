"""A human instead of the assistant: at once, by a callback, or by a message; and what is said while the caller waits.

What is right is decided after every turn by `dialect_router.routing`; here are its words and questions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dialect_router.routing import HandoverDecision, RoutingPolicy, Staffing, Turn, decide
from voicebot.dialogue.callback import Callback
from voicebot.dialogue.context import CallContext
from voicebot.dialogue.meaning import Meaning
from voicebot.dialogue.moves import InQueue, LeaveMessage, Move, OfferAgent, OfferCallback, OpenQuestion
from voicebot.dialogue.types import Segment

StaffingOf = Callable[[str], Staffing]
"""Skill -> who could take the call now."""

_EMOTION: Final = {"calm": 0.0, "annoyed": 0.5, "angry": 0.9}
_MESSAGE_TOOL: Final = "voicemail_task"
_SETTLES: Final = frozenset({"wish", "human_only"})
"""Rules after which a callback is arranged without asking, where nobody can take the call now."""


def nobody_works(skill: str) -> Staffing:
    """For a company without agents: a human only ever calls back."""
    return Staffing(open=True, signed_in=0, free=0)


class Humans:
    """Brings humans into one call."""

    def __init__(self, context: CallContext, callback: Callback, staffing: StaffingOf) -> None:
        self._context = context
        self._callback = callback
        self._staffing = staffing
        self._policy: RoutingPolicy = context.company.routing.policy(context.company.profile.confidence.accept)

    @property
    def skill(self) -> str:
        """What an agent must be able to settle: the latest matter of the call."""
        routing, memory = self._context.company.routing, self._context.memory
        run = memory.begun[-1] if memory.begun else None
        return routing.skill_for(run.intent if run else memory.matter)

    # Who goes on

    def asked_for(self) -> Move:
        """The caller wants a human."""
        decision = self._decided(self._turn(None, wants_human=True))
        return self._move(decision) or self._callback.offer_number()

    async def give_up(self) -> Move:
        """The assistant can't help: a human takes over where one is there. Raises ToolError."""
        here = self._staffing(self.skill)
        return self.put_through() if here.open and here.signed_in else await self._callback.give_up()

    def after(self, meaning: Meaning, move: Move, *, failed: bool) -> Move:
        """`move`, or a human in its place: the decision after a turn that did not ask for one."""
        matter = meaning.intent.name if meaning.intent and meaning.accepted and meaning.intent_leads_on else ""
        self._context.memory.matter = matter or self._context.memory.matter
        if move.end_call or move.transfer or self._context.memory.in_queue:
            return move
        decision = self._decided(self._turn(meaning, failed=failed))
        if not decision.human or not self._staffing(self.skill).signed_in:
            return move
        instead = self._move(decision, failed=failed)
        if instead is None or isinstance(move.question, type(instead.question)):
            return move
        settled = isinstance(move.question, OpenQuestion) and not failed
        return instead.after(*move.segments[:-1]) if settled and decision.ask_first else instead

    def _turn(self, meaning: Meaning | None, *, wants_human: bool = False, failed: bool = False) -> Turn:
        company = self._context.company
        intent = meaning.intent if meaning and meaning.intent_leads_on else None
        return Turn(
            title=intent.title if intent else "",
            handling=company.routing.handling_of(intent.name) if intent else "either",
            confidence=meaning.confidence if meaning and intent else 1.0,
            emotion=_EMOTION.get(meaning.emotion, 0.0) if meaning else 0.0,
            value=company.routing.value_of(self._context.caller.level),
            wants_human=wants_human,
            failed=failed,
        )

    def _decided(self, turn: Turn) -> HandoverDecision:
        memory = self._context.memory
        here = self._staffing(self.skill)
        decision = decide(turn, memory.offers, here, self._policy)
        memory.offers = memory.offers.after(turn, decision)
        memory.routing = decision.reason if decision.human else ""
        return decision

    def _move(self, decision: HandoverDecision, *, failed: bool = False) -> Move | None:
        match decision.offer:
            case "transfer" if decision.ask_first:
                return Move((self._prompt("no_match_agent" if failed else "offer_agent"),), OfferAgent())
            case "transfer":
                return self.put_through()
            case "voicemail":
                return self.take_message()
            case "callback" if decision.rule in _SETTLES:
                return self._callback.offer_number()
            case "callback":
                return Move((self._prompt("no_match_2" if failed else "offer_callback"),), OfferCallback())
            case _:
                return None

    def put_through(self) -> Move:
        """The caller waits for a human from now on."""
        self._context.memory.in_queue = True
        return Move((self._prompt("transferring"),), InQueue(), transfer=True)

    # While the caller waits

    def announce(self, position: int | None, minutes: int | None) -> Move:
        """Where the caller stands in the queue."""
        if position is None or minutes is None:
            return Move((self._prompt("queue_thanks"),), InQueue())
        return Move((self._prompt("queue_position", position=position, minutes=minutes),), InQueue())

    def offer_callback(self) -> Move:
        """Asked while waiting; a no means to wait on."""
        return Move((self._prompt("queue_offer_callback"),), OfferCallback())

    def keep_waiting(self) -> Move:
        return Move((self._prompt("keep_waiting"),), InQueue())

    def waiting(self, meaning: Meaning) -> Move:
        """The caller says something while nothing was asked."""
        gives_up = meaning.abandons or meaning.role == "goodbye"
        return self.offer_callback() if gives_up else Move((self._prompt("still_waiting"),), InQueue())

    def reconnect(self) -> Move:
        """The agent's line broke."""
        self._context.memory.in_queue = True
        return Move((self._prompt("agent_lost"),), InQueue(), transfer=True)

    async def nobody_came(self, to: str) -> Move:
        """Waiting is over without an agent. `to`: "callback" or "voicemail"."""
        self._context.memory.in_queue = False
        if to == "voicemail":
            return self.take_message().after(self._prompt("no_agent"))
        return self._callback.offer_number().after(self._prompt("no_agent"))

    # A message

    def take_message(self) -> Move:
        return Move((self._prompt("leave_message"),), LeaveMessage())

    async def message(self, text: str, question: LeaveMessage) -> Move:
        """Stores what the caller leaves, at once: who hangs up after the first words has left them.

        Raises ToolError.
        """
        said = (*question.said, text)
        memory = self._context.memory
        outcome = await self._context.run(
            _MESSAGE_TOOL,
            {"number": self._context.caller.number, "message": "，".join(said)},
            corrects=memory.message_task,
        )
        memory.message_task = outcome.task
        memory.outcome = "voicemail"
        return Move((self._prompt("message_taken"),), LeaveMessage(said))

    async def message_over(self, question: LeaveMessage) -> Move:
        """Nothing more is said. Raises ToolError."""
        if not question.said:
            return await self._callback.give_up()
        said = (self._prompt("message_done"), self._prompt("goodbye"))
        return Move(said, OpenQuestion(), end_call=True, handover=True)

    def _prompt(self, key: str, **values: int) -> Segment:
        return self._context.prompt(key, values)
