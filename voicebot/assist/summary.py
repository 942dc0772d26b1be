"""The call in a few sentences, put together from what the packet holds: nothing is added, nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache

from voicebot.assist.packet import HandoverPacket, PromiseGiven
from voicebot.assist.templates import filled
from voicebot.company.model import Model
from voicebot.company.packaged import packaged

_MOST_TOLD = 3
"""Matters, promises and slots that a summary names: the packet has them all."""


class SummaryWording(Model):
    """data/summary.toml"""

    text: Mapping[str, str]
    moods: Mapping[str, str]
    slot_labels: Mapping[str, str]
    missing_labels: Mapping[str, str]
    answers: Mapping[str, str]

    def fill(self, key: str, **values: str | int) -> str:
        return filled(self.text[key], values)

    def day(self, day: date) -> str:
        return self.fill("day", month=day.month, day=day.day)

    def moment(self, at: datetime) -> str:
        return self.fill("moment", day=self.day(at), time=f"{at:%H:%M}")


@cache
def summary_wording() -> SummaryWording:
    """The wording that ships with the package."""
    return packaged(SummaryWording, "voicebot.assist", "summary")


def summary_of(packet: HandoverPacket, wording: SummaryWording) -> str:
    """Sentences in the order in which a colleague wants them; what is not known is left out."""
    return "".join(sentence for sentence in _sentences(packet, wording) if sentence)


def _sentences(packet: HandoverPacket, wording: SummaryWording) -> Iterable[str]:
    join = wording.text["join"].join
    if packet.hops:
        last = packet.hops[-1]
        by = last.by_name or wording.text["assistant"] if last.by == "assistant" else last.by_name or last.by
        yield wording.fill("passed_on" if last.reason else "passed_on_bare", by=by, reason=last.reason)
    titles = [wish.title for wish in packet.wishes]
    yield wording.fill("wants", intents=join(titles[-_MOST_TOLD:])) if titles else wording.text["wants_unknown"]
    if packet.own_words:
        yield wording.fill("words", words=packet.own_words)
    if packet.slots:
        yield wording.fill("known", slots=join(slot.label + slot.shown for slot in packet.slots))
    if packet.missing:
        yield wording.fill("missing", slots=join(packet.missing))
    if packet.settled:
        told = (matter.told.rstrip(wording.text["stop"]) for matter in packet.settled[-_MOST_TOLD:])
        yield wording.fill("settled", matters=wording.text["join_long"].join(told))
    if packet.promises:
        promised = (_promise(promise, wording) for promise in packet.promises[-_MOST_TOLD:])
        yield wording.fill("promised", promises=wording.text["join_long"].join(promised))
    yield _mood(packet, wording)
    yield _earlier(packet, wording)


def _promise(promise: PromiseGiven, wording: SummaryWording) -> str:
    if promise.due_at is None:
        return promise.what
    return wording.fill("promise_due", what=promise.what, due=wording.moment(promise.due_at))


def _mood(packet: HandoverPacket, wording: SummaryWording) -> str:
    """Nothing is said of a caller who was calm throughout."""
    labels = [mood.label for mood in packet.moods]
    if not labels or labels == ["calm"]:
        return ""
    first, last = wording.moods[labels[0]], wording.moods[labels[-1]]
    if len(labels) == 1:
        return wording.fill("mood", mood=last)
    worst = "angry" if "angry" in labels else "annoyed"
    if worst in (labels[0], labels[-1]):
        return wording.fill("mood_course", first=first, last=last)
    return wording.fill("mood_peak", first=first, worst=wording.moods[worst], last=last)


def _earlier(packet: HandoverPacket, wording: SummaryWording) -> str:
    if not packet.earlier:
        return ""
    last = packet.earlier[0]
    key = "earlier" if last.about else "earlier_bare"
    return wording.fill(key, count=len(packet.earlier), day=wording.day(last.at), about=last.about)
