"""The question that stands: its words once more, and the values that it reads out to be confirmed."""

from __future__ import annotations

from voicebot.dialogue.callback import Callback
from voicebot.dialogue.context import CallContext
from voicebot.dialogue.flowtalk import FlowTalk
from voicebot.dialogue.moves import (
    AskCallbackNumber,
    CheckCallbackNumber,
    CheckIntent,
    CheckValue,
    LeaveMessage,
    OfferAgent,
    OfferCallback,
)
from voicebot.dialogue.types import Segment


class StandingQuestion:
    """Of one call."""

    def __init__(self, context: CallContext, flows: FlowTalk, callback: Callback) -> None:
        self._context = context
        self._flows = flows
        self._callback = callback

    def again(self) -> tuple[Segment, ...]:
        """Its words; nothing for a question that needs none."""
        memory, prompt = self._context.memory, self._context.prompt
        match memory.question:
            case CheckIntent(name):
                return (prompt("confirm_intent", {"intent": self._context.company.intents[name].title}),)
            case OfferCallback():
                return (prompt("queue_offer_callback" if memory.in_queue else "offer_callback"),)
            case OfferAgent():
                return (prompt("offer_agent"),)
            case LeaveMessage():
                return (prompt("leave_message"),)
            case CheckCallbackNumber() | AskCallbackNumber() as question:
                return self._callback.again(question)
            case question:
                return self._flows.again(question)

    def read_out(self) -> tuple[str, ...]:
        """The values in it, as they are said."""
        match self._context.memory.question:
            case CheckValue(slot, value):
                return self._flows.read_out(slot, value)
            case CheckCallbackNumber(number):
                return (self._callback.read_out(number),)
            case CheckIntent(name):
                return (self._context.company.intents[name].title,)
            case _:
                return ()
