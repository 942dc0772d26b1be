"""Reads from the store what a call is scored on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa

from voicebot.company import Company
from voicebot.company.flows import Flow, Slot
from voicebot.dialogue.knowledge import KnowledgeIndex
from voicebot.privacy.redaction import TAKEN_OUT
from voicebot.qa.judges.correctness import with_knowledge
from voicebot.qa.material import (
    CallMaterial,
    CallMeasures,
    ProcedureStep,
    PromiseState,
    ScoredTurn,
    SpeakerRole,
    TakenOut,
)
from voicebot.qa.measuring.kept import kept_measures_of
from voicebot.store import rows, tables
from voicebot.store.records import CallRecord, TaskRecord, TurnRecord
from voicebot.store.store import Store

_ROLES: dict[str, SpeakerRole] = {"caller": "caller", "assistant": "assistant", "agent": "agent"}
_R = TypeVar("_R", TurnRecord, TaskRecord)


async def read_material(
    store: Store, company: Company, call_id: str, *, as_of: datetime, knowledge: KnowledgeIndex | None = None
) -> CallMaterial | None:
    """The material of one call; None where there is no such call. May raise StoreError."""
    found = await read_materials(store, company, [call_id], as_of=as_of, knowledge=knowledge)
    return found[0] if found else None


async def read_materials(
    store: Store, company: Company, call_ids: Sequence[str], *, as_of: datetime, knowledge: KnowledgeIndex | None = None
) -> list[CallMaterial]:
    """The material of several calls, in their order and without those that there are not. May raise StoreError.

    knowledge: the company's, searched for what callers asked; None where no item needs it.
    """
    ids = list(dict.fromkeys(call_ids))
    calls = {row["id"]: row for row in await store.read(sa.select(tables.calls).where(tables.calls.c.id.in_(ids)))}
    said = await store.read(
        sa.select(tables.turns)
        .where(tables.turns.c.call_id.in_(ids))
        .order_by(tables.turns.c.call_id, tables.turns.c.seq)
    )
    tasks = await store.read(sa.select(tables.tasks).where(tables.tasks.c.call_id.in_(ids)))
    turns_of, tasks_of = _by_call(TurnRecord, said), _by_call(TaskRecord, tasks)
    measures = await kept_measures_of(store, ids)
    materials = [
        material_of(
            company,
            rows.record(CallRecord, calls[id]),
            turns_of[id],
            tasks_of[id],
            as_of=as_of,
            measures=measures.get(id),
        )
        for id in ids
        if id in calls
    ]
    return [with_knowledge(material, knowledge) for material in materials] if knowledge else materials


def _by_call(kind: type[_R], found: Sequence[sa.RowMapping]) -> Mapping[str, list[_R]]:
    grouped: defaultdict[str, list[_R]] = defaultdict(list)
    for row in found:
        grouped[row["call_id"]].append(rows.record(kind, row))
    return grouped


def material_of(
    company: Company,
    call: CallRecord,
    turns: Sequence[TurnRecord],
    tasks: Sequence[TaskRecord] = (),
    *,
    as_of: datetime,
    measures: CallMeasures | None = None,
) -> CallMaterial:
    """The same from records at hand."""
    spoken = tuple(scored for turn in turns if (scored := scored_turn(turn)))
    intents = _intents(company, spoken)
    return CallMaterial(
        call_id=call.id,
        started_at=call.started_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        as_of=as_of,
        direction=call.direction,
        kind="human" if any(turn.role == "agent" for turn in spoken) else "bot",
        agent_id=call.agent_id,
        team=call.team,
        known_caller=call.customer_number is not None,
        intents=intents,
        outcome=call.outcome,
        language=call.language,
        recording_path=call.recording_path,
        turns=spoken,
        measures=measures,
        steps=_steps(company, intents[0]) if intents else (),
        promises=tuple(
            PromiseState(task.id, task.kind, task.due_at, task.status)
            for task in sorted(tasks, key=lambda task: (task.created_at, task.id))
        ),
    )


def scored_turn(turn: TurnRecord) -> ScoredTurn | None:
    """None for what nobody said or heard: keys pressed, notes of the system, replies cut before their first word."""
    role = _ROLES.get(turn.role)
    text = turn.text if turn.heard_text is None else turn.heard_text
    if role is None or not text.strip() or turn.detail.get("keypad"):
        return None
    return ScoredTurn(
        seq=turn.seq,
        role=role,
        text=text,
        started_ms=turn.started_ms,
        ended_ms=max(turn.started_ms, turn.ended_ms),
        intent=turn.intent,
        emotion=turn.emotion,
        asr_confidence=turn.asr_confidence,
        known=frozenset(turn.slots),
        taken_out=tuple(_taken_out(turn.detail.get(TAKEN_OUT), len(text))),
    )


def _taken_out(stored: object, length: int) -> Iterator[TakenOut]:
    for each in stored if isinstance(stored, list) else ():
        match each:
            case [str(kind), int(start), int(end), *_] if 0 <= start <= end <= length:
                yield TakenOut(kind, start, end)


def _intents(company: Company, turns: Sequence[ScoredTurn]) -> tuple[str, ...]:
    named = [turn.intent for turn in turns if turn.role == "caller" and turn.intent]
    return tuple(dict.fromkeys(name for name in named if name in company.intents and not company.intents[name].role))


def _steps(company: Company, intent: str) -> tuple[ProcedureStep, ...]:
    flow = company.flows.get(company.intents[intent].flow or "")
    return tuple(_step(company, flow, slot) for slot in flow.slots) if flow else ()


def _step(company: Company, flow: Flow, slot: Slot) -> ProcedureStep:
    spared = slot.optional or slot.prefill != "none"
    return ProcedureStep(slot.name, flow.title, _wordings(company, slot), optional=spared)


def _wordings(company: Company, slot: Slot) -> tuple[str, ...]:
    prompt = company.prompts.get(slot.ask_prompt or "")
    asked = (*prompt.wordings("cmn"), prompt.yue) if prompt else (slot.ask, slot.ask_yue)
    return tuple(dict.fromkeys(text for text in (*asked, *slot.reask, *slot.reask_yue) if text))
