"""Calls of realistic length, put together from what the company's callers and knowledge say."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from voicebot.company import Company
from voicebot.qa.material import CallMeasures, Interruption, SideMeasures, Span
from voicebot.store.records import CallRecord, TaskRecord, TurnRecord

LENGTH_S: Final = 180
_CHARACTER_MS: Final = 220
_PAUSE_MS: Final = (200, 1500)
_FIRST_DAY: Final = datetime(2026, 11, 1, tzinfo=UTC)
_OPENING: Final = ("greeting", "recording_notice", "how_can_i_help")
_CLOSING: Final = ("anything_else", "goodbye")


@dataclass(frozen=True, slots=True)
class MadeUpCall:
    call: CallRecord
    turns: tuple[TurnRecord, ...]
    task: TaskRecord | None
    measures: CallMeasures


def made_up_calls(company: Company, count: int, *, seed: int = 7) -> Iterator[MadeUpCall]:
    """The same ones for the same seed: three minutes each, every third with an agent."""
    draw = random.Random(seed)
    wishes = [intent for intent in company.intents.values() if intent.role is None]
    for number in range(count):
        yield _call(company, draw, number, draw.choice(wishes).name)


def _call(company: Company, draw: random.Random, number: int, intent: str) -> MadeUpCall:
    call_id = f"made-up-{number:07}"
    started = _FIRST_DAY + timedelta(seconds=26 * number)
    role = "agent" if number % 3 == 0 else "assistant"
    turns = tuple(_turns(company, draw, call_id, role, intent))
    ended = started + timedelta(milliseconds=turns[-1].ended_ms)
    call = CallRecord(
        id=call_id,
        leg_id=call_id,
        direction="inbound",
        caller_number=f"+86138{draw.randrange(10**8):08}",
        called_number=company.profile.hotline or "+864000000000",
        started_at=started,
        answered_at=started,
        ended_at=ended,
        outcome=draw.choice(["resolved", "resolved", "callback", "abandoned"]),
        end_reason="caller",
        language="cmn",
        agent_id=f"80{number % 12:02}" if role == "agent" else None,
        team="售后组" if role == "agent" else None,
    )
    task = TaskRecord(call_id, call_id, "callback", call.caller_number, "回电", started, due_at=ended)
    return MadeUpCall(call, turns, task if number % 5 == 0 else None, _measures(draw, turns[-1].ended_ms))


def _turns(company: Company, draw: random.Random, call_id: str, role: str, intent: str) -> Iterator[TurnRecord]:
    at_ms = 0
    for seq, (text, by_caller) in enumerate(_talk(company, draw, intent)):
        ended_ms = at_ms + _CHARACTER_MS * len(text)
        yield TurnRecord(
            call_id=call_id,
            seq=seq,
            role="caller" if by_caller else role,  # type: ignore[arg-type]  # one of the roles
            text=text,
            started_ms=at_ms,
            ended_ms=ended_ms,
            intent=intent if by_caller else None,
            emotion=draw.choice(["calm", "calm", "calm", "annoyed"]) if by_caller else None,
            asr_confidence=draw.uniform(0.6, 1.0) if by_caller or role == "agent" else None,
        )
        at_ms = ended_ms + draw.randint(*_PAUSE_MS)


def _talk(company: Company, draw: random.Random, intent: str) -> Iterator[tuple[str, bool]]:
    """Sentences and whether they are the caller's."""
    prompts = company.prompts
    yield "".join(draw.choice(prompts[key].wordings("cmn")) for key in _OPENING), False
    spoken_ms = 0
    while spoken_ms < 1000 * LENGTH_S * 0.8:  # the rest are pauses and the goodbye
        asked = "，".join(draw.sample(company.intents[intent].examples, 2))
        entry = draw.choice(company.knowledge)
        answer = f"{draw.choice(['好的，', '请稍等，我帮您查一下。', ''])}{entry.answer}"
        yield asked, True
        yield answer, False
        spoken_ms += _CHARACTER_MS * (len(asked) + len(answer))
    yield "好的谢谢", True
    yield "".join(draw.choice(prompts[key].wordings("cmn")) for key in _CLOSING), False


def _measures(draw: random.Random, length_ms: int) -> CallMeasures:
    def spans(most: int, longest_ms: int) -> tuple[Span, ...]:
        starts = sorted(draw.randrange(length_ms) for _ in range(draw.randint(0, most)))
        return tuple(Span(start, start + draw.randint(300, longest_ms)) for start in starts)

    return CallMeasures(
        length_ms=length_ms,
        caller=SideMeasures(length_ms // 3, draw.uniform(180, 300), -22.0),
        ours=SideMeasures(length_ms // 3, draw.uniform(180, 340), -20.0),
        silences=spans(8, 12_000),
        holds=spans(2, 40_000),
        interruptions=tuple(Interruption(draw.choice(("caller", "ours")), span) for span in spans(5, 1000)),
        talk_over=spans(6, 2000),
        reply_latencies_ms=tuple(draw.randint(300, 5000) for _ in range(12)),
    )
