"""What one party, the assistant or an agent, came to with the caller, and adding it to the handover packet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar, get_args
from zoneinfo import ZoneInfo

from models.understanding import EmotionLabel
from voicebot.assist.known_slots import known_slots, missing_slots
from voicebot.assist.packet import (
    CallerProfile,
    DialectFinding,
    EarlierCall,
    HandoverPacket,
    Hop,
    KnownSlot,
    Mood,
    PromiseGiven,
    SettledMatter,
    Wish,
)
from voicebot.assist.promises import Promise
from voicebot.assist.summary import SummaryWording, summary_of
from voicebot.assist.templates import clipped
from voicebot.company import Company
from voicebot.company.flows import Flow
from voicebot.company.schema import Intent
from voicebot.dialogue.flows import FlowRun
from voicebot.dialogue.types import ActionDone, KnownCaller, SlotValue
from voicebot.dialogue.wording import Values, Wording
from voicebot.masking import mask
from voicebot.store.records import CallRecord, CustomerRecord, OrderRecord, TaskRecord, TurnRecord

_MOST = 20
"""Of anything in a packet: nobody reads more, and a message must not grow without bound."""
_LONGEST_WORDS = 60
_LONGEST_TOLD = 100
_MOODS: Mapping[str, EmotionLabel] = {label: label for label in get_args(EmotionLabel)}

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Saying:
    """The caller's words, with the name of the intent in them."""

    intent: str
    text: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One party's part of the call. Sequences in the order in which things happened."""

    by: str
    """ "assistant" or the agent's id."""
    sayings: Sequence[Saying] = ()
    runs: Sequence[FlowRun] = ()
    """Flows begun; the last one is going on, or ended last."""
    actions: Sequence[ActionDone] = ()
    promises: Sequence[PromiseGiven] = ()
    moods: Sequence[Mood] = ()


def assistants_stage(
    turns: Sequence[TurnRecord], *, runs: Sequence[FlowRun], actions: Sequence[ActionDone], tasks: Sequence[TaskRecord]
) -> Stage:
    """The assistant's part, from what the call left in the store and the flows of its dialogue."""
    said = [turn for turn in turns if turn.role == "caller"]
    return Stage(
        by="assistant",
        sayings=[Saying(turn.intent, turn.text) for turn in said if turn.intent],
        runs=runs,
        actions=actions,
        promises=[PromiseGiven("assistant", task.kind, task.summary, task.due_at, task.id) for task in tasks],
        moods=[Mood(turn.started_ms / 1000, mood) for turn in said if (mood := _MOODS.get(turn.emotion or ""))],
    )


def said_by(agent: str, promises: Iterable[Promise]) -> list[PromiseGiven]:
    """Promises found in an agent's words, for the agent's stage."""
    return [PromiseGiven(agent, promise.kind, promise.text, promise.due_at) for promise in promises]


def build_packet(
    company: Company,
    call: CallRecord,
    stage: Stage,
    *,
    at: datetime,
    caller: KnownCaller,
    wording: SummaryWording,
    customer: CustomerRecord | None = None,
    dialect: DialectFinding | None = None,
    earlier: Sequence[EarlierCall] = (),
    hop: Hop | None = None,
) -> HandoverPacket:
    """The packet at the first handover. `at`: now, aware. `earlier`: the caller's former calls, newest first."""
    profile = CallerProfile(
        number=caller.number,
        label=call.caller_label,
        called=caller.called,
        level=caller.level,
        tags=customer.tags if customer else (),
        note=customer.note if customer else "",
        province=call.region_province,
        city=call.region_city,
    )
    zone = ZoneInfo(company.profile.timezone)
    recent = tuple(replace(one, at=one.at.astimezone(zone)) for one in earlier[:_MOST])
    blank = HandoverPacket(call.id, at, profile, dialect, earlier=recent)
    return extended(blank, company, stage, at=at, orders=caller.orders, wording=wording, hop=hop)


def extended(
    packet: HandoverPacket,
    company: Company,
    stage: Stage,
    *,
    at: datetime,
    wording: SummaryWording,
    orders: Sequence[OrderRecord] = (),
    hop: Hop | None = None,
) -> HandoverPacket:
    """`packet` with one more party's part, and the transfer that ends it."""
    zone = ZoneInfo(company.profile.timezone)
    matters = [(Wish(intent.name, intent.title), text) for intent, text in _matters(stage.sayings, company)]
    grown = replace(
        packet,
        at=at.astimezone(zone),
        wishes=_united(packet.wishes, [wish for wish, _ in matters]),
        own_words=_own_words(matters) or packet.own_words,
        slots=_latest(packet.slots, known_slots(stage.runs, orders, wording)),
        missing=missing_slots(stage.runs[-1], wording) if stage.runs else packet.missing,
        settled=_united(packet.settled, _settled(stage, company, at.astimezone(zone).date())),
        promises=_united(packet.promises, [_local(promise, zone) for promise in stage.promises]),
        moods=_changes((*packet.moods, *stage.moods)),
        hops=(*packet.hops, *([hop] if hop else []))[-_MOST:],
    )
    return replace(grown, summary=summary_of(grown, wording))


def _matters(sayings: Iterable[Saying], company: Company) -> list[tuple[Intent, str]]:
    """What was said about the company's matters, without 是的 and 转人工."""
    known = ((company.intents.get(saying.intent), saying.text) for saying in sayings)
    return [(intent, text) for intent, text in known if intent and intent.role is None]


def _own_words(matters: Sequence[tuple[Wish, str]]) -> str:
    """What the caller said when the latest matter came up."""
    return next((mask(clipped(text, _LONGEST_WORDS)) for wish, text in matters if wish == matters[-1][0]), "")


def _united(before: tuple[_T, ...], added: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys((*before, *added)))[-_MOST:]


def _latest(before: Iterable[KnownSlot], added: Iterable[KnownSlot]) -> tuple[KnownSlot, ...]:
    """A value said again replaces the one before."""
    return tuple({(slot.flow, slot.name): slot for slot in (*before, *added)}.values())[-_MOST:]


def _changes(moods: Iterable[Mood]) -> tuple[Mood, ...]:
    changes: list[Mood] = []
    for mood in moods:
        if not changes or changes[-1].label != mood.label:
            changes.append(mood)
    return tuple(changes)[-_MOST:]


def _local(promise: PromiseGiven, zone: ZoneInfo) -> PromiseGiven:
    due = promise.due_at.astimezone(zone) if promise.due_at else None
    return replace(promise, what=mask(clipped(promise.what, _LONGEST_TOLD)), due_at=due)


def _settled(stage: Stage, company: Company, today: date) -> list[SettledMatter]:
    flows = {flow.action.tool: flow for flow in company.flows.values()}
    found = (_matter(action, flows.get(action.tool), stage, Wording(company, today)) for action in stage.actions)
    return [matter for matter in found if matter]


def _matter(action: ActionDone, flow: Flow | None, stage: Stage, wording: Wording) -> SettledMatter | None:
    """None for what sent the caller back to a question: an order that was not found."""
    told = flow.outcomes.get(action.outcome) if flow else None
    if flow is None or told is None or told.then.startswith("ask:"):
        return None
    known = next((run.told for run in reversed(stage.runs) if run.flow.name == flow.name), {})
    values: Values = {**known, **{name: _typed(value) for name, value in action.values.items()}}
    said = wording.outcome(told, "cmn", values).text
    return SettledMatter(flow.title, action.outcome, mask(clipped(said, _LONGEST_TOLD)))


def _typed(value: str) -> SlotValue:
    """Days as days, so that they read as such."""
    try:
        return date.fromisoformat(value) if len(value) == len("2026-11-22") else value
    except ValueError:
        return value
