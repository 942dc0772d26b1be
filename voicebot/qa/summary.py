"""What a call came to: why it was made, what was done, what is still owed, what comes next. Pure.

Nothing is invented: every sentence is filled from the call and names the turns that it rests on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from voicebot.assist.packet import PromiseGiven
from voicebot.assist.promises import find_promises, promise_words
from voicebot.assist.summary import summary_wording
from voicebot.assist.templates import clipped, filled
from voicebot.assist.wrapup import dispositions, follow_up
from voicebot.company import Company
from voicebot.company.flows import Flow
from voicebot.company.model import Model
from voicebot.company.packaged import packaged
from voicebot.privacy.redaction import is_kept, shown
from voicebot.store.records import CallRecord, TaskRecord, TurnRecord

_LONGEST: Final = 60
"""Characters of a turn that a sentence quotes."""
_MOST: Final = 5
"""Of anything that is told."""
_SENTENCE: Final = re.compile(r"[^。！？!?；;\n]+")


class DoneWords(Model):
    says: tuple[str, ...]
    not_yet: tuple[str, ...]


class CallSummaryWording(Model):
    """data/call_summary.toml"""

    text: dict[str, str]
    done: DoneWords

    def fill(self, key: str, **values: str) -> str:
        return filled(self.text[key], values)


@cache
def call_summary_wording() -> CallSummaryWording:
    return packaged(CallSummaryWording, "voicebot.assist", "call_summary")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Masked as people see it by default."""

    text: str
    turns: tuple[int, ...]
    """`seq` of the turns that say so."""


@dataclass(frozen=True, slots=True)
class PromiseMade:
    sentence: Sentence
    task_id: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class CallSummary:
    reason: Sentence
    done: tuple[Sentence, ...] = ()
    promises: tuple[PromiseMade, ...] = ()
    next_step: Sentence | None = None
    tags: tuple[str, ...] = ()
    """outcome:, intent:, mood:, by: (assistant or agent)."""


@dataclass(frozen=True, slots=True)
class Summarised:
    summary: CallSummary
    follow_ups: tuple[TaskRecord, ...]
    """Tasks that agents' promises become and that were not stored yet."""


def summarise(
    company: Company, call: CallRecord, turns: Sequence[TurnRecord], tasks: Sequence[TaskRecord]
) -> Summarised:
    """turns: of the whole call, in order. tasks: those of this call that are stored already."""
    zone = ZoneInfo(company.profile.timezone)
    visible = [shown(turn) for turn in turns if turn.role in ("caller", "assistant", "agent") and turn.text.strip()]
    given = [task for task in tasks if task.status != "cancelled"]
    promises = [_kept_by_task(task, call, visible, zone) for task in sorted(given, key=lambda task: task.created_at)]
    follow_ups: list[TaskRecord] = []
    for turn, task in _agents_promises(company, call, visible, zone):
        if not any(task.kind == known.kind for known in (*given, *follow_ups)):
            follow_ups.append(task)
            promises.append(_promise(task, "agent", (turn.seq,), zone))
    return Summarised(
        CallSummary(
            reason=_reason(company, visible),
            done=tuple(_done(company, visible))[:_MOST],
            promises=tuple(promises[:_MOST]),
            next_step=_next_step(promises, (*given, *follow_ups), zone),
            tags=_tags(company, call, visible),
        ),
        tuple(follow_ups),
    )


def _reason(company: Company, turns: Sequence[TurnRecord]) -> Sentence:
    wording = call_summary_wording()
    callers = [turn for turn in turns if turn.role == "caller"]
    kept = [turn for turn in callers if is_kept(turn)]
    for turn in kept:
        intent = company.intents.get(turn.intent or "")
        if intent and intent.role is None:
            return Sentence(wording.fill("reason", title=intent.title, words=clipped(turn.text, _LONGEST)), (turn.seq,))
    longest = max(kept, key=lambda turn: len(turn.text), default=None)
    if longest is None and callers:
        return Sentence(wording.text["reason_not_kept"], (callers[0].seq,))
    if longest is None:
        return Sentence(wording.text["reason_unknown"], ())
    return Sentence(wording.fill("reason_said", words=clipped(longest.text, _LONGEST)), (longest.seq,))


def _done(company: Company, turns: Sequence[TurnRecord]) -> Iterator[Sentence]:
    flows = {flow.action.tool: flow for flow in company.flows.values()}
    for place, turn in enumerate(turns):
        reply = turns[place + 1] if place + 1 < len(turns) else None
        if turn.role == "agent":
            yield from _said_done(turn)
        for action in turn.detail.get("actions", ()):
            flow = _settling(flows, str(action))
            if flow and reply is not None and reply.role == "assistant":
                told = clipped(reply.heard_text or reply.text, _LONGEST)
                yield Sentence(call_summary_wording().fill("done", title=flow.title, told=told), (turn.seq, reply.seq))


def _settling(flows: dict[str, Flow], action: str) -> Flow | None:
    """The flow that "tool: outcome" brought to its end; None for what sent the caller back to a question."""
    tool, _, outcome = action.partition(": ")
    flow = flows.get(tool)
    told = flow.outcomes.get(outcome) if flow else None
    return flow if told and not told.then.startswith("ask:") else None


def _said_done(turn: TurnRecord) -> Iterator[Sentence]:
    wording = call_summary_wording()
    for sentence in _SENTENCE.findall(turn.text):
        if any(word in sentence for word in wording.done.says) and not any(
            word in sentence for word in wording.done.not_yet
        ):
            yield Sentence(wording.fill("said_done", words=clipped(sentence, _LONGEST)), (turn.seq,))


def _kept_by_task(task: TaskRecord, call: CallRecord, turns: Sequence[TurnRecord], zone: ZoneInfo) -> PromiseMade:
    """A promise that was stored while the call went on: an agent's rests on the turn that holds its words, the
    assistant's on the first reply that ended after it was stored."""
    if "promised" in task.payload:
        said = [turn for turn in turns if turn.role == "agent" and str(task.payload["promised"]) in turn.text]
        return _promise(task, "agent", tuple(turn.seq for turn in said[:1]), zone)
    made_ms = (task.created_at - (call.answered_at or call.started_at)) / timedelta(milliseconds=1)
    said = [turn for turn in turns if turn.role == "assistant" and turn.ended_ms >= made_ms]
    return _promise(task, "assistant", tuple(turn.seq for turn in said[:1]), zone)


def _agents_promises(
    company: Company, call: CallRecord, turns: Sequence[TurnRecord], zone: ZoneInfo
) -> Iterator[tuple[TurnRecord, TaskRecord]]:
    words = promise_words()
    for turn in turns:
        if turn.role != "agent":
            continue
        said_at = ((call.answered_at or call.started_at) + timedelta(milliseconds=turn.ended_ms)).astimezone(zone)
        for found in find_promises(turn.text, said_at, words=words, day_ends=company.profile.hours.closes):
            promise = PromiseGiven(call.agent_id or "agent", found.kind, clipped(found.text, _LONGEST), found.due_at)
            number = call.customer_number or call.caller_number
            task = follow_up(call.id, number, promise, said_at, dispositions(), words)
            yield turn, task


def _promise(task: TaskRecord, by: str, turns: tuple[int, ...], zone: ZoneInfo) -> PromiseMade:
    wording = call_summary_wording()
    what, due = clipped(task.summary, _LONGEST), _moment(task.due_at, zone)
    key = "promised" if due else "promised_open"
    return PromiseMade(
        Sentence(wording.fill(key, by=wording.text[by], what=what, due=due), turns), task.id, task.due_at
    )


def _next_step(promises: Sequence[PromiseMade], tasks: Sequence[TaskRecord], zone: ZoneInfo) -> Sentence | None:
    """What is still open and due first."""
    turns = {promise.task_id: promise.sentence.turns for promise in promises}
    still = [task for task in tasks if task.status == "open" and task.due_at is not None]
    first = min(still, key=lambda task: task.due_at or task.created_at, default=None)
    if first is None:
        return None
    what = clipped(first.summary, _LONGEST)
    text = call_summary_wording().fill("next", what=what, due=_moment(first.due_at, zone))
    return Sentence(text, turns.get(first.id, ()))


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    return summary_wording().moment(at.astimezone(zone)) if at else ""


def _tags(company: Company, call: CallRecord, turns: Sequence[TurnRecord]) -> tuple[str, ...]:
    callers = [turn for turn in turns if turn.role == "caller"]
    intents = [company.intents.get(turn.intent or "") for turn in callers]
    matters = [intent.name for intent in intents if intent and intent.role is None]
    moods = {turn.emotion for turn in callers}
    worst = next((mood for mood in ("angry", "annoyed") if mood in moods), None)
    by = "agent" if any(turn.role == "agent" for turn in turns) else "assistant"
    tags = [f"by:{by}", f"outcome:{call.outcome or 'unknown'}", *(f"intent:{intent}" for intent in matters)]
    return tuple(dict.fromkeys([*tags, *([f"mood:{worst}"] if worst else [])]))
