"""After the call: how to close it, in a suggestion that the agent confirms, and the tasks that its promises become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import NAMESPACE_OID, uuid5

from pydantic import Field

from voicebot.assist.packet import HandoverPacket, PromiseGiven
from voicebot.assist.promises import PromiseWords
from voicebot.assist.templates import filled
from voicebot.company.model import Model
from voicebot.company.packaged import packaged
from voicebot.store.records import TaskRecord

_MOST_ALTERNATIVES = 3
_OTHER = "other"
"""Key of the hours for kinds that have none of their own."""


class Disposition(Model):
    """One [[disposition]] of dispositions.toml: how a call is closed, and when that fits."""

    code: str
    title: str
    reason: str
    """Why it is suggested; may use {intents}, the titles of what the caller wanted."""
    outcomes: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    promised: bool | None = None
    wished: bool | None = None

    def fits(self, packet: HandoverPacket, outcome: str) -> bool:
        return (
            (not self.outcomes or outcome in self.outcomes)
            and (not self.intents or any(wish.intent in self.intents for wish in packet.wishes))
            and self.promised in (None, bool(packet.promises))
            and self.wished in (None, bool(packet.wishes))
        )


class Dispositions(Model):
    """data/dispositions.toml, or a company's own of the same form. The last one has to fit any call."""

    disposition: tuple[Disposition, ...] = Field(min_length=1)
    due_hours: Mapping[str, float]
    text: Mapping[str, str]


@cache
def dispositions() -> Dispositions:
    """Those that ship with the package."""
    return packaged(Dispositions, "voicebot.assist", "dispositions")


@dataclass(frozen=True, slots=True)
class WrapUp:
    """A suggestion: nothing of it holds before the agent, or the end of the wrap-up time, confirms it."""

    disposition: str
    """Its code."""
    title: str
    reason: str
    alternatives: tuple[tuple[str, str], ...]
    """Code and title of others that fit."""
    summary: str
    follow_ups: tuple[TaskRecord, ...]
    """Promises that are no stored task yet. Their ids are the same each time, so that storing them twice is seen."""


def wrap_up(
    packet: HandoverPacket, outcome: str, *, now: datetime, choices: Dispositions, words: PromiseWords
) -> WrapUp:
    """The suggestion for a call that has ended. `packet` with the last agent's part; outcome: as in CallRecord."""
    fitting = [one for one in choices.disposition if one.fits(packet, outcome)]
    best = fitting[0] if fitting else choices.disposition[-1]
    intents = choices.text["join"].join(wish.title for wish in packet.wishes)
    return WrapUp(
        disposition=best.code,
        title=best.title,
        reason=filled(best.reason, {"intents": intents}),
        alternatives=tuple((one.code, one.title) for one in fitting[1 : 1 + _MOST_ALTERNATIVES]),
        summary=packet.summary,
        follow_ups=tuple(
            follow_up(packet.call_id, packet.caller.number, promise, now, choices, words)
            for promise in packet.promises
            if promise.task_id is None
        ),
    )


def follow_up(
    call_id: str, number: str, promise: PromiseGiven, now: datetime, choices: Dispositions, words: PromiseWords
) -> TaskRecord:
    """The task that a promise to the caller with this number becomes. Its id is the same each time."""
    usual = timedelta(hours=choices.due_hours.get(promise.kind, choices.due_hours[_OTHER]))
    title = next((kind.title for kind in words.kind if kind.task == promise.kind), promise.kind)
    return TaskRecord(
        id=uuid5(NAMESPACE_OID, f"{call_id}/{promise.by}/{promise.kind}/{promise.what}").hex,
        call_id=call_id,
        kind=promise.kind,
        customer_number=number,
        summary=filled(choices.text["task"], {"title": title, "what": promise.what}),
        created_at=now.astimezone(UTC),
        payload={"by": promise.by, "promised": promise.what},
        due_at=(promise.due_at or now + usual).astimezone(UTC),
    )
