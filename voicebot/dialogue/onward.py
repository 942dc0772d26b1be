"""How the talk goes on: a matter begun, the one before taken up again, a question answered in passing, goodbye."""

from __future__ import annotations

from voicebot.dialogue.context import CallContext
from voicebot.dialogue.flowtalk import FlowTalk
from voicebot.dialogue.humans import Humans
from voicebot.dialogue.moves import CheckIntent, InQueue, Move, OfferAgent, OfferCallback, OpenQuestion, Settled
from voicebot.dialogue.standing import StandingQuestion
from voicebot.dialogue.types import Segment
from voicebot.dialogue.wording import Values


class Onward:
    """Of one call."""

    def __init__(self, context: CallContext, flows: FlowTalk, standing: StandingQuestion, humans: Humans) -> None:
        self._context = context
        self._company = context.company
        self._memory = context.memory
        self._flows = flows
        self._standing = standing
        self._humans = humans

    async def begin(self, name: str, text: str) -> Move:
        intent = self._company.intents[name]
        if intent.flow:
            return await self.settle(await self._flows.begin(self._company.flows[intent.flow], name, text))
        return self.aside(self._prompt(intent.answer or "how_can_i_help"))

    async def settle(self, following: Move | Settled) -> Move:
        """After a flow's end: back to the one it interrupted, or to the open question, or to the end of the call."""
        if isinstance(following, Move):
            return following
        said = tuple(following.segments)
        if following.then == "handover":
            return self._humans.asked_for().after(*said)
        if following.then == "close":
            return self.goodbye().after(*said)
        if (resumed := await self._flows.resume()) is not None:
            return (await self.settle(resumed)).after(*said)
        return Move((*said, self._prompt("anything_else")), OpenQuestion(more=True))

    def aside(self, said: Segment) -> Move:
        """An answer that leaves the question that stands as it was."""
        if self._memory.in_queue:
            return Move((said,), InQueue())
        question = self._memory.question
        if isinstance(question, OpenQuestion | CheckIntent | OfferCallback | OfferAgent) and not self._flows.run:
            return Move((said, self._prompt("anything_else")), OpenQuestion(more=True))
        return Move((said, *self._standing.again()), question)

    def cancel_flow(self) -> Move:
        self._flows.drop()
        said = (self._prompt("flow_cancelled"), self._prompt("anything_else"))
        return Move(said, OpenQuestion(more=True))

    def goodbye(self) -> Move:
        return Move((self._prompt("goodbye"),), self._memory.question, end_call=True)

    def _prompt(self, key: str, values: Values | None = None) -> Segment:
        return self._context.prompt(key, values)
