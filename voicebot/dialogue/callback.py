"""A human instead of the assistant: for now a callback, with the number confirmed and a task stored."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from voicebot.dialogue.context import CallContext
from voicebot.dialogue.moves import AskCallbackNumber, CheckCallbackNumber, Move, OpenQuestion
from voicebot.dialogue.office_hours import is_open
from voicebot.dialogue.slots import phone_in
from voicebot.dialogue.types import Segment

CALLBACK_TOOL: Final = "callback_task"
_TRIES = 2


class Callback:
    """The end of a call that a human goes on with. `started` is the call's start in the company's time zone."""

    def __init__(self, context: CallContext, started: datetime) -> None:
        self._context = context
        self._started = started

    def offer_number(self) -> Move:
        """Promise a human and settle which number to ring."""
        said = self._context.prompt("handover")
        number = self._context.caller.number
        return (self._check(number) if number else self.ask_number()).after(said)

    def _check(self, number: str) -> Move:
        said = self._context.prompt("confirm_callback_number", {"number_tail": self.read_out(number)})
        return Move((said,), CheckCallbackNumber(number))

    def read_out(self, number: str) -> str:
        """What is said of a number to have it confirmed."""
        return number[-4:]

    def ask_number(self) -> Move:
        return Move((self._context.prompt("ask_callback_number"),), AskCallbackNumber())

    def again(self, question: CheckCallbackNumber | AskCallbackNumber) -> tuple[Segment, ...]:
        if isinstance(question, CheckCallbackNumber):
            return self._check(question.number).segments
        return self.ask_number().segments

    def answer_number(self, text: str, *, besides: str = "") -> Move | None:
        """A number said or keyed, other than `besides`: it is checked."""
        number = phone_in(text)
        return self._check(number) if number and number != besides else None

    async def failed(self) -> Move:
        """No number was understood: ask once more, then take the one that is known."""
        self._context.memory.callback_tries += 1
        return self.ask_number() if self._context.memory.callback_tries < _TRIES else await self.give_up()

    async def give_up(self) -> Move:
        """End the call, with a callback to the calling number where there is one."""
        number = self._context.caller.number
        return await self.promise(number) if number else self._end()

    async def promise(self, number: str) -> Move:
        """Store the task and say goodbye. Raises ToolError."""
        await self._context.run(CALLBACK_TOOL, {"number": number})
        self._context.memory.outcome = "callback"
        self._context.memory.in_queue = False
        hours = self._context.company.profile.hours
        if is_open(hours, self._started):
            within = hours.callback_within_minutes
            promised = [self._context.prompt("callback_promised", {"within": within})]
        else:
            opens, closes = (f"{at:%H:%M}" for at in (hours.opens, hours.closes))
            promised = [self._context.prompt("closed", {"opens": opens, "closes": closes})]
        return self._end(*promised, handover=True)

    def _end(self, *said: Segment, handover: bool = False) -> Move:
        goodbye = self._context.prompt("goodbye")
        return Move((*said, goodbye), OpenQuestion(), end_call=True, handover=handover)
