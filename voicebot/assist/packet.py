"""The handover packet: everything the next person needs so that the caller does not have to say it twice.

It is JSON-able, for the agent's desk, and grows at every transfer: what each party came to with the caller is
added (handover.py), and nothing that was known is lost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import TypeAdapter, ValidationError

from models.understanding import EmotionLabel


class PacketError(Exception):
    """A text is no handover packet."""


@dataclass(frozen=True, slots=True)
class CallerProfile:
    """Who is calling, as far as known."""

    number: str = ""
    """E.164, "" when withheld."""
    label: str = ""
    """The customer's name, or the region."""
    called: str = ""
    """How the company addresses the customer (王女士); "" when the caller is no customer."""
    level: str = "normal"
    tags: tuple[str, ...] = ()
    note: str = ""
    province: str | None = None
    city: str | None = None


@dataclass(frozen=True, slots=True)
class DialectFinding:
    """The dialect to serve the caller in, and why, for people to read."""

    tag: str
    name: str
    """As people say it: 四川话."""
    probability: float
    reasons: tuple[str, ...] = ()
    requested: bool = False
    """The caller asked for somebody who speaks it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """An intent of the company that the caller had, with its title."""

    intent: str
    title: str


@dataclass(frozen=True, slots=True)
class KnownSlot:
    """One thing that was found out."""

    flow: str
    name: str
    label: str
    shown: str
    """As people read it."""
    brief: str = ""
    """As it is whispered; "" for what takes too long to say."""


@dataclass(frozen=True, slots=True)
class SettledMatter:
    """Something that was done for the caller, and what they were told about it."""

    title: str
    outcome: str
    told: str


@dataclass(frozen=True, slots=True)
class PromiseGiven:
    """What was promised. `by`: "assistant" or the agent's id."""

    by: str
    kind: str
    what: str
    due_at: datetime | None = None
    task_id: str | None = None
    """The stored task; None while it is only said."""


@dataclass(frozen=True, slots=True)
class Mood:
    """From `at_s` (seconds since the answer) on the caller sounds so."""

    at_s: float
    label: EmotionLabel


@dataclass(frozen=True, slots=True)
class EarlierCall:
    call_id: str
    at: datetime
    about: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Hop:
    """One transfer. queue: from the assistant; warm: after a consultation; cold: without; callback, dial: nobody is
    passed on, the customer is going to be called."""

    at: datetime
    by: str
    """Who passes the caller on: "assistant" or an agent's id."""
    by_name: str = ""
    to: str = ""
    how: Literal["queue", "warm", "cold", "callback", "dial"] = "queue"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HandoverPacket:
    call_id: str
    at: datetime
    """When it was last added to."""
    caller: CallerProfile
    dialect: DialectFinding | None = None
    wishes: tuple[Wish, ...] = ()
    """In the order in which they came up."""
    own_words: str = ""
    """What the caller said when the latest wish came up; personal numbers masked."""
    slots: tuple[KnownSlot, ...] = ()
    missing: tuple[str, ...] = ()
    """What the procedure still has to ask for."""
    settled: tuple[SettledMatter, ...] = ()
    promises: tuple[PromiseGiven, ...] = ()
    moods: tuple[Mood, ...] = ()
    """Changes only; the last one is the present mood."""
    earlier: tuple[EarlierCall, ...] = ()
    """Newest first."""
    hops: tuple[Hop, ...] = ()
    summary: str = ""

    @property
    def mood(self) -> EmotionLabel:
        return self.moods[-1].label if self.moods else "calm"


_ADAPTER: Final = TypeAdapter(HandoverPacket)


def packet_to_json(packet: HandoverPacket) -> str:
    return _ADAPTER.dump_json(packet).decode()


def packet_fields(packet: HandoverPacket) -> Mapping[str, Any]:
    """The packet as plain values, to be put into a message."""
    fields: Mapping[str, Any] = _ADAPTER.dump_python(packet, mode="json")
    return fields


def packet_from_fields(fields: Mapping[str, Any]) -> HandoverPacket:
    """From what `packet_fields` gave. Raises PacketError."""
    return packet_from_json(json.dumps(fields))


def packet_from_json(text: str | bytes) -> HandoverPacket:
    """Raises PacketError."""
    try:
        return _ADAPTER.validate_json(text)
    except ValidationError as error:
        raise PacketError(f"{error.error_count()} fields are wrong, first {error.errors()[0]['loc']}") from error
