"""What the agent hears, alone, before the caller is put through: who, from where, in which dialect, about what.

It is built from parts within a limit of seconds; what matters least is said more briefly or left out first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from pydantic import Field

from dialect_router.dialects import STANDARD
from dialect_router.evidence import SURE
from models.spoken import say
from voicebot.assist.packet import CallerProfile, DialectFinding, HandoverPacket, PromiseGiven
from voicebot.assist.speech_time import COMMA_S, STOP_S, WORST_S, speech_s
from voicebot.assist.templates import filled
from voicebot.company.model import Model
from voicebot.company.packaged import packaged
from voicebot.dialogue.lexicon import lexicon

LONGEST_S: Final = 8.0
"""The caller is waiting."""
_LIKELY: Final = 0.45
"""Below it the dialect is not mentioned."""
_LONGEST_VALUE: Final = 12
"""Characters of a name, a place or a matter."""
_UNSPOKEN: Final = re.compile(r"[^\w，、:]+|_")


class WhisperPart(Model):
    name: str
    weight: int
    says: tuple[str, ...] = Field(min_length=1)


class WhisperWording(Model):
    """data/whisper.toml"""

    part: tuple[WhisperPart, ...]
    words: Mapping[str, str]
    levels: Mapping[str, str]
    moods: Mapping[str, str]
    promises: Mapping[str, str]


@cache
def whisper_wording() -> WhisperWording:
    """The wording that ships with the package."""
    return packaged(WhisperWording, "voicebot.assist", "whisper")


@dataclass(frozen=True, slots=True)
class Whisper:
    text: str
    """As displayed."""
    spoken: str
    """As the voice reads it."""
    seconds: float
    """Estimated time it takes to say."""
    left_out: tuple[str, ...] = ()
    """Parts that were known and did not fit."""


class _Part:
    """One part, said more or less briefly."""

    def __init__(self, part: WhisperPart, wordings: Sequence[str], pace: float) -> None:
        """wordings: from full to brief."""
        self.name, self.weight = part.name, part.weight
        self._wordings = wordings
        self._pace = pace
        self.brevity = 0
        """Index into the wordings."""

    @property
    def text(self) -> str:
        return self._wordings[self.brevity]

    @property
    def is_brief(self) -> bool:
        return self.brevity == len(self._wordings) - 1

    @property
    def seconds(self) -> float:
        return self._takes(self.brevity)

    def expand(self, spare_s: float) -> None:
        """Say it as fully as `spare_s` more allow."""
        self.brevity = next(n for n in range(self.brevity + 1) if self._takes(n) - self.seconds <= spare_s)

    def _takes(self, brevity: int) -> float:
        return speech_s(self._wordings[brevity], pace=self._pace) + COMMA_S * self._pace


def whisper(
    packet: HandoverPacket, wording: WhisperWording, *, longest_s: float = LONGEST_S, pace: float = 1.0
) -> Whisper:
    """The whisper for `packet`. longest_s: real seconds of speech. pace: of the voice, see speech_s."""
    values = _values(packet, wording)
    known = [_Part(part, usable, pace) for part in wording.part if (usable := _usable(part, values))]
    told = _fitting(known, longest_s - (WORST_S + STOP_S - COMMA_S) * pace)
    text = "，".join(part.text for part in told) + ("。" if told else "")
    left_out = tuple(part.name for part in known if part not in told)
    seconds = speech_s(text, pace=pace) if text else 0.0
    return Whisper(text, say(text, today=packet.at.date()), round(seconds, 2), left_out)


def _fitting(known: Sequence[_Part], limit_s: float) -> list[_Part]:
    """The parts that can be said in time: briefer and fewer until they fit, then as full as there is room for."""
    told = list(known)
    while told and _seconds(told) > limit_s:
        least = min(told, key=lambda part: (part.is_brief, part.weight))
        if least.is_brief:
            told.remove(least)
        else:
            least.brevity += 1
    for part in sorted(told, key=lambda part: -part.weight):
        part.expand(max(0.0, limit_s - _seconds(told)))
    return told


def _seconds(parts: Sequence[_Part]) -> float:
    return sum(part.seconds for part in parts)


def _usable(part: WhisperPart, values: Mapping[str, str]) -> list[str]:
    """The part's wordings all of whose values are known, filled in."""
    return [filled(text, values) for text in part.says if all(values.get(name) for name in _names(text))]


@cache
def _names(template: str) -> frozenset[str]:
    return frozenset(re.findall(r"\{([a-z_]+)\}", template))


def _values(packet: HandoverPacket, wording: WhisperWording) -> dict[str, str]:
    titles = [wish.title for wish in packet.wishes[-2:]]
    errand = packet.hops[-1].how if packet.hops else ""
    values = {
        "errand": wording.words.get(errand, ""),
        "by": _passed_on_by(packet),
        **_who(packet.caller, wording),
        **_dialect(packet.dialect),
        "matters": wording.words["join"].join(titles) if len(titles) > 1 else "",
        "matter": titles[-1] if titles else "",
        "detail": _detail(packet),
        "unclear": "" if titles or errand == "dial" else wording.words["unclear"],
        "settled": packet.settled[-1].title if packet.settled else "",
        **_promise(packet.promises[-1] if packet.promises else None, packet.at, wording),
        "mood": wording.moods.get(_mood(packet), ""),
    }
    return {name: _UNSPOKEN.sub("", value)[:_LONGEST_VALUE] for name, value in values.items()}


def _passed_on_by(packet: HandoverPacket) -> str:
    last = packet.hops[-1] if packet.hops else None
    return last.by_name if last and last.by != "assistant" else ""


def _who(caller: CallerProfile, wording: WhisperWording) -> dict[str, str]:
    stranger = wording.words["stranger" if caller.number else "withheld"]
    return {
        "level": wording.levels.get(caller.level, ""),
        "called": caller.called,
        "stranger": "" if caller.called else stranger,
        "place": caller.city or caller.province or "",
    }


def _dialect(dialect: DialectFinding | None) -> dict[str, str]:
    """Standard Mandarin goes without saying, unless it was asked for."""
    if dialect is None:
        return {}
    if dialect.requested:
        return {"requested": dialect.name}
    if dialect.tag == STANDARD or dialect.probability < _LIKELY:
        return {}
    return {"sure" if dialect.probability >= SURE else "likely": dialect.name}


def _detail(packet: HandoverPacket) -> str:
    """The order and the reason of the latest flow, briefly."""
    latest = packet.slots[-1].flow if packet.slots else ""
    return "".join(slot.brief for slot in packet.slots if slot.flow == latest and slot.brief)


def _promise(promise: PromiseGiven | None, now: datetime, wording: WhisperWording) -> dict[str, str]:
    if promise is None or promise.kind not in wording.promises:
        return {}
    due = promise.due_at
    day = lexicon().said_days.get(str((due.date() - now.date()).days), "") if due else ""
    return {
        "promise": wording.promises[promise.kind],
        "day": day,
        "due": f"{day}{due:%H:%M}" if due and day else "",  # 明天18:00 is read as 明天下午六点
    }


def _mood(packet: HandoverPacket) -> str:
    was_angry = any(mood.label == "angry" for mood in packet.moods)
    return "calmed" if packet.mood == "calm" and was_angry else packet.mood
