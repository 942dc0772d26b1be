"""What things are called on the pages: intents by the company's titles, places, dialects, times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Final, Literal

from dialect_router.dialects import dialects
from dialect_router.regions import provinces
from voicebot.assist.steps import ACTION
from voicebot.company.flows import Flow, Slot
from voicebot.company.schema import Company, Intent
from voicebot.console.texts import Texts
from voicebot.privacy.redaction import shown, shown_values
from voicebot.store.records import CallRecord, TurnRecord

if TYPE_CHECKING:
    from voicebot.console.components.parts import Tone  # brings the whole web toolkit, which a terminal needs not

NO_INTENT: Final = "none"
"""What a turn has in which none of the company's intents was found."""
_QUOTED: Final = re.compile("'([^']*)'")
MOOD_TONES: dict[str, Tone] = {"angry": "bad", "annoyed": "warn", "calm": "good"}
OUTCOME_TONES: dict[str, Tone] = {
    "resolved": "good",
    "callback": "accent",
    "abandoned": "warn",
    "interrupted": "bad",
    "voicemail": "accent",
    "turned_away": "warn",
}


class Names:
    """Names in one reader's language."""

    def __init__(self, t: Texts, company: Company, zone: tzinfo, *, reveal: bool = False) -> None:
        """reveal: whether personal data is shown in the clear, to somebody who may see it and has asked for it."""
        self._t = t
        self._company = company
        self._zone = zone
        self._reveal = reveal
        self._slots = {slot.name: slot for flow in company.flows.values() for slot in flow.slots}
        self._agents = {agent.id: agent.name for agent in company.agents}

    def intent(self, name: str) -> str:
        """The company's title in Chinese; in English the name, which is an English one."""
        if name == NO_INTENT:
            return self._t("no_intent")
        return self._titled(self._company.intents.get(name), name)

    def flow(self, name: str) -> str:
        """The same for a flow."""
        return self._titled(self._company.flows.get(name), name)

    def slots(self, values: Mapping[str, object]) -> str:
        """What is known, as the flows call it in Chinese: 订单号 87921742  原因 质量问题."""
        return "  ".join(f"{self.slot(name)} {self._value(name, value)}" for name, value in values.items())

    def slot(self, name: str) -> str:
        """The same for a slot."""
        return self._titled(self._slots.get(name), name)

    def step(self, name: str) -> str:
        """A step of a procedure: a slot to be asked for, or the action."""
        return self._t("source.action") if name == ACTION else self.slot(name)

    def _titled(self, known: Intent | Flow | Slot | None, name: str) -> str:
        return known.title if known and known.title and self._t.language == "zh" else name.replace("_", " ")

    def _value(self, name: str, value: object) -> str:
        known = self._slots.get(name)
        words = known.choices.get(str(value), ()) if known else ()
        return words[0] if words and self._t.language == "zh" else str(value)

    def is_matter(self, intent: str) -> bool:
        """Whether callers ring for this: not a yes, a farewell, or what is none of the company's business."""
        known = self._company.intents.get(intent)
        return intent != NO_INTENT and (known is None or known.role in (None, "handover"))

    def matters(self, intents: Iterable[str]) -> str:
        """What callers rang for, among the intents of a call."""
        return self._t.listed(self.intent(intent) for intent in intents if self.is_matter(intent))

    def province(self, name: str) -> str:
        known = provinces().get(name)
        return known.name_en if known and self._t.language == "en" else name

    def place(self, province: str | None, city: str | None) -> str:
        """四川 成都; 北京 for a city that is its own province."""
        parts = [self.province(province)] if province else []
        return " ".join([*parts, city] if city and city != province else parts) or self._t("unknown_place")

    def dialect(self, tag: str) -> str:
        known = dialects().get(tag)
        return (known.name_zh if self._t.language == "zh" else known.name_en) if known else tag

    def agent(self, agent_id: str | None) -> str:
        return self._agents.get(agent_id, agent_id) if agent_id else ""

    def refusal(self, english: str) -> str:
        """Why another room did not do something; agents, whose ids it quotes, by name."""
        named = _QUOTED.sub(lambda found: self._agents.get(found[1], found[0]), english)
        return self._t.said("refusal", named)

    def said(self, text: str) -> str:
        """What was spoken or typed, or a number, with what is personal in it masked."""
        return text if self._reveal else str(shown_values(text))

    def reason(self, chinese: str) -> str:
        """Why another room decided something, with what is personal in it masked."""
        return self._t.said("reason", self.said(chinese))

    def reasons(self, each: Iterable[str]) -> str:
        """Several in one line."""
        return ("；" if self._t.language == "zh" else "; ").join(self.reason(chinese) for chinese in each if chinese)

    def turn(self, turn: TurnRecord) -> TurnRecord:
        """The same for a whole turn."""
        return turn if self._reveal else shown(turn)

    def caller(self, call: CallRecord) -> tuple[str, str]:
        """How the caller is called, and the number where that is not the name already."""
        return self.labelled(call.caller_label, call.caller_number)

    def labelled(self, label: str, number: str) -> tuple[str, str]:
        number = self.said(number) or self._t("number_withheld")
        return (label, number) if label else (number, "")

    def time(self, moment: datetime | None, form: Literal["full", "day", "clock", "exact"] = "full") -> str:
        """In the company's time zone; "full" has the year instead of the seconds where it is another year than now."""
        if moment is None:
            return ""
        local = moment.astimezone(self._zone)
        if form == "full" and local.year != datetime.now(self._zone).year:
            return f"{local:%Y-%m-%d %H:%M}"
        patterns = {"full": "%m-%d %H:%M:%S", "day": "%Y-%m-%d", "clock": "%H:%M:%S", "exact": "%Y-%m-%d %H:%M:%S"}
        return local.strftime(patterns[form])


def minutes(seconds: float) -> str:
    """1:05; 1:02:05 from an hour on."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def lasting(t: Texts, seconds: float) -> str:
    """45 秒; 5 分钟."""
    if seconds >= 120 and seconds % 60 == 0:
        return t("measure.minutes", minutes=f"{seconds / 60:g}")
    return t("measure.seconds", seconds=f"{seconds:g}")
