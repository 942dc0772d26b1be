"""Who rings: number, region, dialect prior, customer, and the call's row made from them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from dialect_router.dialects import prior
from dialect_router.evidence import HeardDialect
from dialect_router.regions import Region, locate
from dialect_router.speech import earlier_calls_evidence, record_evidence
from telephony.leg import CallLeg
from voicebot.company import Company
from voicebot.dialogue.types import KnownCaller, Language
from voicebot.store.earlier_calls import served_dialects
from voicebot.store.records import CallRecord
from voicebot.store.store import Store
from voicebot.tools.caller import known_caller

PRIOR_SHOWN = 5
"""Dialects that are kept with the call before anything was said: the likeliest ones."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Everything that is known before the first word."""

    call: CallRecord
    region: Region
    dialect: HeardDialect
    """What number, record and earlier calls say of it."""
    known: KnownCaller

    @property
    def language(self) -> Language:
        """What the assistant opens in: Mandarin, which everybody understands; it follows the caller from there."""
        return "cmn"


def call_id(at: datetime, timezone: ZoneInfo) -> str:
    """Sortable by time, short enough to read out, unguessable enough not to collide: 20261122-183015-7f3a9c."""
    return f"{at.astimezone(timezone):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


async def identify(leg: CallLeg, store: Store, company: Company) -> Arrival:
    """Looks the caller up. Raises StoreError when the store cannot be asked."""
    return await _arrival(leg.remote.number, store, company, leg_id=leg.id, ours=leg.local.number)


async def customer_to_call(number: str, store: Store, company: Company, *, ours: str) -> Arrival:
    """The same for somebody who is going to be rung. ours: the number that they will see. Raises StoreError."""
    arrival = await _arrival(number, store, company, leg_id="", ours=ours)
    return replace(arrival, call=replace(arrival.call, direction="outbound"))


async def _arrival(number: str, store: Store, company: Company, *, leg_id: str, ours: str) -> Arrival:
    as_it_came, region = number, locate(number)
    number = region.e164 or ""
    dialects = prior(region)
    known = await known_caller(store, company, number)
    served = await served_dialects(store, number) if number else []
    started_at = datetime.now(UTC)
    history = (record_evidence(known.dialect), earlier_calls_evidence(served))
    heard = HeardDialect(dialects).after(history)
    call = CallRecord(
        id=call_id(started_at, ZoneInfo(company.profile.timezone)),
        leg_id=leg_id,
        direction="inbound",
        caller_number=number or as_it_came,
        called_number=ours,
        started_at=started_at,
        caller_label=known.called or region.label,
        region_province=region.province,
        region_city=region.city,
        dialect_prior=likeliest(dialects.probabilities),
        dialects=likeliest(heard.belief.probabilities),
        customer_number=number if known.called else None,
    )
    return Arrival(call, region, heard, known)


def read_numbering() -> None:
    """Reads the tables of numbers and dialects, which the first call would wait for otherwise."""
    anybody = HeardDialect(prior(locate("+8613800138000")))
    anybody.after([record_evidence(""), earlier_calls_evidence([])])


def likeliest(dialects: Mapping[str, float]) -> dict[str, float]:
    """The first few dialects, highest first."""
    ranked = sorted(dialects.items(), key=lambda item: -item[1])
    return {tag: round(probability, 3) for tag, probability in ranked[:PRIOR_SHOWN]}
