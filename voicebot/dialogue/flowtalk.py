"""Carrying out flows with a caller: asking for slots, checking doubtful ones, acting, telling the outcome.

Flows lie on a stack: another wish in mid-flow is served first, then the earlier flow goes on.
"""

from __future__ import annotations

from voicebot.company.flows import Flow, Slot
from voicebot.dialogue.context import CallContext
from voicebot.dialogue.flows import FlowRun
from voicebot.dialogue.moves import AskPhoneTail, AskSlot, CheckValue, Move, OfferCallback, Question, Settled
from voicebot.dialogue.orders import likely_orders
from voicebot.dialogue.slots import Heard, Surroundings, heard_in, keyed, last_four_in
from voicebot.dialogue.types import Segment, SlotValue
from voicebot.dialogue.wording import as_text
from voicebot.store.records import OrderRecord

_DEEPEST = 3
"""Flows on the stack; a caller who switches more often than that does not expect the first one back."""
_REFUSED = "not_found"
_ENDLESS = 2
"""Times outcomes may send the caller back to a slot (then = "ask:SLOT"); at the last a callback is offered."""


class FlowTalk:
    """The flows of one call. Methods return a Move, or Settled once a flow has come to its end."""

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self._memory = context.memory

    @property
    def run(self) -> FlowRun | None:
        """The flow that is going on."""
        return self._memory.flows[-1] if self._memory.flows else None

    @property
    def slots(self) -> dict[str, str]:
        """Values of the flow that is going on, or else of the last one."""
        run = self.run or self._memory.last_flow
        return as_text(run.told) if run else {}

    async def begin(self, flow: Flow, intent: str, opening: str) -> Move | Settled:
        """Start `flow` with what the sentence that asked for it, and the caller's number, already say."""
        run = FlowRun(flow, intent, opening)
        self._memory.flows = [*self._memory.flows, run][-_DEEPEST:]
        self._memory.begun.append(run)
        self._memory.sent_back = 0
        around = self._context.around
        doubtful = run.take_opening(around) or run.take_known(around, self._context.caller.number)
        return self._check(*doubtful) if doubtful else await self.proceed(run)

    def drop(self) -> None:
        """Give up the flow that is going on."""
        self._memory.flows.pop()

    async def answer(self, slot: Slot, text: str, offered: tuple[OrderRecord, ...]) -> Move | Settled | None:
        """The caller's answer to the question for `slot`; None when there is none in `text`."""
        return await self._heard(slot, heard_in(slot, text, self._around(offered)))

    async def keys(self, slot: Slot, digits: str, offered: tuple[OrderRecord, ...]) -> Move | Settled | None:
        """The same with keys pressed."""
        return await self._heard(slot, keyed(slot, digits, self._around(offered)))

    async def _heard(self, slot: Slot, heard: Heard | None) -> Move | Settled | None:
        if heard is None:
            return None
        return await self.fill(slot, heard.value) if heard.sure else self._check(slot, heard)

    async def fill(self, slot: Slot, value: SlotValue) -> Move | Settled:
        run = self._running()
        run.fill(slot, value)
        return await self.proceed(run)

    async def reject(self, slot: Slot) -> Move | Settled:
        """The value of `slot` was wrong: forget it and ask."""
        run = self._running()
        run.clear(slot.name)
        return await self.proceed(run)

    async def correct(self, text: str) -> Move | Settled | None:
        """ "不对，是…": replace a value of this flow or of the one just ended, which then runs again."""
        run = self.run or self._memory.last_flow
        slot = run.correct(text, self._context.around) if run else None
        if run is None or slot is None:
            return None
        self._reopen(run)
        said = self._context.prompt("corrected", {"value": self._shown(slot, run.values[slot.name])})
        following = await self.proceed(run)
        if isinstance(following, Settled):
            return Settled((said, *following.segments), following.then)
        return following.after(said)

    async def ask_last_again(self) -> Move | Settled | None:
        """Something about the flow just ended was wrong, and nobody said what: ask its first slot again."""
        run = self._memory.last_flow
        if self.run or run is None or not run.flow.slots:
            return None
        run.clear(run.flow.slots[0].name)
        self._reopen(run)
        return await self.proceed(run)

    async def same_for(self, text: str) -> Move | Settled | None:
        """ "那20241106呢": the flow just ended, for another order."""
        run = self._memory.last_flow
        if self.run or run is None:
            return None
        slot = next((slot for slot in run.flow.slots if slot.type == "order_number"), None)
        heard = heard_in(slot, text, self._context.around) if slot else None
        if slot is None or heard is None or heard.value == run.values.get(slot.name):
            return None
        self._reopen(run)
        run.task = None  # what was stored for the other order stays
        run.clear(slot.name)
        return await self.fill(slot, heard.value) if heard.sure else self._check(slot, heard)

    def _reopen(self, run: FlowRun) -> None:
        if run is not self.run:
            self._memory.flows.append(run)
            self._memory.last_flow = None

    async def proceed(self, run: FlowRun) -> Move | Settled:
        """Ask for what is missing, or act."""
        slot = run.missing()
        if slot is not None:
            return self.ask(run, slot)
        if run.phone_tail is None and self._is_foreign(run) and self._memory.phone_tails_left > 0:
            return Move((self._context.prompt("verify_phone"),), AskPhoneTail())
        return await self._act(run)

    def ask(self, run: FlowRun, slot: Slot) -> Move:
        likely = likely_orders(self._context.around.orders, run.flow.action.tool)
        tries = run.tries[slot.name]
        if slot.type == "order_number" and slot.prefill != "none" and len(likely) > 1 and not tries:
            return self._choose(slot, tuple(likely))
        return Move((self._context.question(slot, tries),), AskSlot(slot))

    def _choose(self, slot: Slot, orders: tuple[OrderRecord, ...]) -> Move:
        shown = orders[:_MOST_CHOICES]
        choices = "、".join(order.product for order in shown)
        return Move((self._context.prompt("choose_order", {"choices": choices}),), AskSlot(slot, shown))

    def again(self, question: Question) -> tuple[Segment, ...]:
        """The wording of a question about a flow, once more."""
        run = self.run
        match question:
            case AskSlot(slot, offered) if run:
                return self._choose(slot, offered).segments if offered else self.ask(run, slot).segments
            case CheckValue(slot, value):
                return self._check(slot, Heard(value)).segments
            case AskPhoneTail():
                return (self._context.prompt("verify_phone"),)
            case _:
                return ()

    async def failed(self, slot: Slot) -> Move | Settled:
        """The answer for `slot` was not understood: ask in other words, skip it, or offer a human."""
        run = self._running()
        run.tries[slot.name] += 1
        if run.tries[slot.name] <= slot.max_tries:
            return self.ask(run, slot)
        if slot.optional:
            run.skipped.add(slot.name)
            return await self.proceed(run)
        run.tries[slot.name] = 0
        return Move((self._context.prompt("no_match_2"),), OfferCallback())

    async def phone_tail(self, text: str) -> Move | Settled | None:
        """The answer to AskPhoneTail; None when `text` holds no four digits."""
        tail = last_four_in(text)
        if tail is None:
            return None
        run = self._running()
        run.phone_tail = tail
        self._memory.phone_tails_left -= 1
        return await self._act(run)

    async def resume(self) -> Move | Settled | None:
        """Go on with the flow that was interrupted, if any."""
        run = self.run
        if run is None:
            return None
        said = self._context.prompt("resume_flow", {"title": run.flow.title})
        following = await self.proceed(run)
        if isinstance(following, Settled):
            return Settled((said, *following.segments), following.then)
        return following.after(said)

    async def _act(self, run: FlowRun) -> Move | Settled:
        if self._is_foreign(run) and run.phone_tail is None:
            outcome_name, values = _REFUSED, {}  # no guesses left: the same words as for an order that is not there
        else:
            outcome = await self._context.run(
                run.flow.action.tool,
                run.values,
                phone_tail=run.phone_tail,
                private=frozenset(run.values.keys() - run.told.keys()),
                corrects=run.task,
            )
            outcome_name, values = outcome.name, dict(outcome.values)
            if outcome_name != _REFUSED:
                run.task = outcome.task
        if outcome_name == _REFUSED and run.phone_tail is not None and self._memory.phone_tails_left > 0:
            run.phone_tail = None
            return Move((self._context.prompt("verify_failed"), self._context.prompt("verify_phone")), AskPhoneTail())
        return self._tell(run, outcome_name, values)

    def _tell(self, run: FlowRun, outcome: str, values: dict[str, SlotValue | int]) -> Move | Settled:
        wording = run.flow.outcomes.get(outcome)
        if wording is None:
            self._close(run)
            return Settled((self._context.prompt("error"),), "more")
        said = self._context.wording.outcome(wording, self._context.language, {**run.told, **values})
        slot = run.slot(wording.then.removeprefix("ask:")) if wording.then.startswith("ask:") else None
        if slot is None:
            self._close(run)
            self._memory.done.append(f"{run.flow.title}: {said.text}")
            self._memory.outcome = "resolved"
            return Settled((said,), wording.then)
        self._memory.sent_back += 1
        run.clear(slot.name)
        run.phone_tail = None
        if self._memory.sent_back >= _ENDLESS:
            return Move((self._context.prompt("out_of_scope" if run.is_question else "no_match_2"),), OfferCallback())
        return Move((said,), AskSlot(slot))

    def _close(self, run: FlowRun) -> None:
        self._memory.flows = [other for other in self._memory.flows if other is not run]
        self._memory.last_flow = run

    def _check(self, slot: Slot, heard: Heard) -> Move:
        order = self._own(heard.value) if slot.type == "order_number" else None
        if order is not None:
            values = {"order_tail": order.order_number[-4:], "product": order.product}
            said = self._context.prompt("confirm_order", values)
        else:
            said = self._context.prompt("confirm_value", {"value": self._shown(slot, heard.value)})
        return Move((said,), CheckValue(slot, heard.value))

    def read_out(self, slot: Slot, value: SlotValue) -> tuple[str, ...]:
        """What is said of a value to have it confirmed."""
        order = self._own(value) if slot.type == "order_number" else None
        return (order.order_number[-4:], order.product) if order else (self._shown(slot, value),)

    def _shown(self, slot: Slot, value: SlotValue) -> str:
        """A value as the caller is told it: the choice's word, not its key; an order's last digits."""
        if slot.type == "choice":
            return slot.choices[str(value)][0]
        return self._context.wording.display(value, self._context.language)

    def _is_foreign(self, run: FlowRun) -> bool:
        """Whether the flow is about an order that is not the calling number's own."""
        numbers = [run.values.get(slot.name) for slot in run.flow.slots if slot.type == "order_number"]
        return any(number is not None and self._own(number) is None for number in numbers)

    def _own(self, number: SlotValue) -> OrderRecord | None:
        return next((order for order in self._context.around.orders if order.order_number == number), None)

    def _around(self, offered: tuple[OrderRecord, ...]) -> Surroundings:
        around = self._context.around
        return Surroundings(around.today, around.orders, around.products, offered)

    def _running(self) -> FlowRun:
        assert self._memory.flows, "a slot was asked for, so a flow is going on"
        return self._memory.flows[-1]


_MOST_CHOICES = 4
"""Orders named in one question; nobody keeps more in mind."""
