"""From prompts, templates and typed values to what is displayed and what the voice reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache

from models.spoken import say
from voicebot.company import Company
from voicebot.company.flows import Outcome as OutcomeWording
from voicebot.company.flows import Slot
from voicebot.dialogue.lexicon import lexicon
from voicebot.dialogue.types import Language, Segment, SlotValue

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
Values = Mapping[str, SlotValue | int]


class Wording:
    """Speaks one company's texts in one call. `today` makes days near it 今天, 明天."""

    def __init__(self, company: Company, today: date) -> None:
        self._company = company
        self._today = today

    def prompt(self, key: str, language: Language, values: Values | None = None, *, variant: int = 0) -> Segment:
        """The prompt `key`; its variants are counted round and round."""
        prompt = self._company.prompts[key]
        wordings = prompt.wordings(language)
        template = wordings[variant % len(wordings)]
        return self.text(template, language, values, interruptible=prompt.interruptible)

    def question(self, slot: Slot, language: Language, tries: int = 0) -> Segment:
        """The flow's own question for `slot`, after so many answers that were not understood."""
        yue = language == "yue"
        again = (slot.reask_yue if yue else ()) or slot.reask
        first = (slot.ask_yue if yue else "") or slot.ask
        return self.text(again[min(tries, len(again)) - 1] if tries and again else first, language)

    def outcome(self, outcome: OutcomeWording, language: Language, values: Values) -> Segment:
        return self.text(outcome.yue if language == "yue" and outcome.yue else outcome.say, language, values)

    def text(
        self, template: str, language: Language, values: Values | None = None, *, interruptible: bool = True
    ) -> Segment:
        """`template` with its values filled in. A value that is missing leaves nothing behind."""
        shown = {name: self.display(value, language) for name, value in (values or {}).items()}
        text = _PLACEHOLDER.sub(lambda match: shown.get(match[1], ""), template)
        return Segment(
            text=text,
            spoken=_spoken(text, language, self._today),
            interruptible=interruptible,
            cacheable=text == template,
        )

    def display(self, value: SlotValue | int, language: Language) -> str:
        """A value as it stands in a sentence: 299元, 明天, 11月7号, 智能手表."""
        match value:
            case date():
                return self._day(value, language)
            case Decimal():
                return f"{value:.2f}".removesuffix(".00") + lexicon().money.units[1]
            case _:
                return str(value)

    def _day(self, day: date, language: Language) -> str:
        words = lexicon()
        names = words.said_days_yue if language == "yue" else words.said_days
        near = names.get(str((day - self._today).days))
        year = "" if day.year == self._today.year else f"{day.year}年"
        return near or f"{year}{day.month}月{day.day}号"


@lru_cache(maxsize=4096)
def _spoken(text: str, language: Language, today: date) -> str:
    """What the voice reads; most texts are said again, and units (2.5L) take a millisecond or two."""
    return say(text, language=language, today=today)


def as_text(values: Values) -> dict[str, str]:
    """Values as they are stored with a turn: dates in ISO, sums as plain numbers."""
    return {name: str(value) for name, value in values.items()}
