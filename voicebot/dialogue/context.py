"""What all parts of one call's dialogue share: who calls which company, in which language, and what was done so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voicebot.company import Company
from voicebot.dialogue.slots import Surroundings
from voicebot.dialogue.types import ActionDone, KnownCaller, Language, Outcome, Segment, SlotValue, ToolRequest, Tools
from voicebot.dialogue.wording import Values, Wording, as_text


@dataclass(slots=True)
class CallContext:
    company: Company
    tools: Tools
    caller: KnownCaller
    wording: Wording
    around: Surroundings
    language: Language
    actions: list[ActionDone] = field(default_factory=list)
    """Tools that ran for the reply being made."""
    done: list[str] = field(default_factory=list)
    """What the call was about, a line for each errand: for whoever takes it over."""
    outcome: str = "abandoned"

    @property
    def product_names(self) -> dict[str, tuple[str, ...]]:
        """Product -> all the words for it."""
        return {name: (name, *others) for name, others in self.around.products.items()}

    def prompt(self, key: str, values: Values | None = None) -> Segment:
        return self.wording.prompt(key, self.language, values)

    async def run(self, tool: str, slots: Mapping[str, SlotValue], *, phone_tail: str | None = None) -> Outcome:
        """Carry out `tool`. Raises ToolError."""
        outcome = await self.tools.run(
            ToolRequest(
                tool=tool,
                slots=dict(slots),
                caller_number=self.caller.number,
                language=self.language,
                phone_tail=phone_tail,
                summary="；".join(self.done),
            )
        )
        self.actions.append(ActionDone(tool, outcome.name, as_text(outcome.values)))
        return outcome
