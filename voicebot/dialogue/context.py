"""What all parts of one call's dialogue share: who calls which company, in which language, and what was done so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voicebot.company import Company
from voicebot.company.flows import Slot
from voicebot.dialogue.memory import Memory
from voicebot.dialogue.slots import Surroundings
from voicebot.dialogue.types import ActionDone, KnownCaller, Language, Outcome, Segment, SlotValue, ToolRequest, Tools
from voicebot.dialogue.wording import Values, Wording, as_text


@dataclass(frozen=True, slots=True)
class CallContext:
    """Known before the first word, but for the `memory` of what has happened since."""

    company: Company
    tools: Tools
    caller: KnownCaller
    wording: Wording
    around: Surroundings
    memory: Memory

    @property
    def language(self) -> Language:
        return self.memory.language.current

    @property
    def product_names(self) -> dict[str, tuple[str, ...]]:
        """Product -> all the words for it."""
        return {name: (name, *others) for name, others in self.around.products.items()}

    def prompt(self, key: str, values: Values | None = None) -> Segment:
        """The prompt `key`; its variants take turns."""
        said = self.memory.prompts[key]
        self.memory.prompts[key] += 1
        return self.wording.prompt(key, self.language, values, variant=said)

    def question(self, slot: Slot, tries: int) -> Segment:
        """How `slot` is asked for, after so many answers that were not understood."""
        if slot.ask_prompt:
            return self.prompt(slot.ask_prompt)
        return self.wording.question(slot, self.language, tries)

    async def run(
        self,
        tool: str,
        slots: Mapping[str, SlotValue],
        *,
        phone_tail: str | None = None,
        private: frozenset[str] = frozenset(),
        corrects: str | None = None,
    ) -> Outcome:
        """Carry out `tool`. corrects: the task of an earlier run that was wrong. Raises ToolError."""
        outcome = await self.tools.run(
            ToolRequest(
                tool=tool,
                slots=dict(slots),
                caller_number=self.caller.number,
                language=self.language,
                phone_tail=phone_tail,
                summary="；".join(self.memory.done),
                private=private,
                corrects=corrects,
            )
        )
        action = ActionDone(tool, outcome.name, as_text(outcome.values), outcome.task)
        self.memory.actions.append(action)
        self.memory.carried_out.append(action)
        return outcome
