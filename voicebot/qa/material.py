"""What a call is scored on, and what comes of it: the records that measures, rules, judges and reviewers share.

Frozen and free of I/O: the same material and the same scorecard give the same verdicts, today and in a year. Times in a
call are milliseconds from the answer, as in the store and in the recording.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

SpeakerRole = Literal["caller", "assistant", "agent"]
CallKind = Literal["bot", "human"]
Side = Literal["caller", "ours"]
"""The two audio channels; `ours` is the assistant or the agent, whoever has the call."""
Answer = Literal["pass", "fail", "not_applicable", "unsure"]
"""`unsure` is for a person to decide, and is never part of a score."""
VerdictSource = Literal["rule", "model", "judge", "person"]
"""rule: conditions of the scorecard; model: a trained model; judge: a language model; person: a reviewer."""


@dataclass(frozen=True, slots=True)
class Span:
    started_ms: int
    ended_ms: int

    @property
    def length_ms(self) -> int:
        return self.ended_ms - self.started_ms


@dataclass(frozen=True, slots=True)
class Interruption:
    """`by` began to speak while the other side was speaking, and the other side gave way."""

    by: Side
    span: Span


@dataclass(frozen=True, slots=True)
class SideMeasures:
    """One channel of the recording. None: it could not be measured."""

    talk_ms: int = 0
    characters_per_minute: float | None = None
    """Of speech, pauses not counted; by the transcript's characters."""
    level_dbfs: float | None = None
    """Mean level of the speech."""
    problems: tuple[str, ...] = ()
    """What is wrong with its sound: too_quiet, too_loud, clipped, silent."""


@dataclass(frozen=True, slots=True)
class CallMeasures:
    """What the two audio channels tell."""

    length_ms: int
    caller: SideMeasures = SideMeasures()
    ours: SideMeasures = SideMeasures()
    silences: tuple[Span, ...] = ()
    """Nobody speaks, one second or longer; holds are not among them."""
    holds: tuple[Span, ...] = ()
    interruptions: tuple[Interruption, ...] = ()
    talk_over: tuple[Span, ...] = ()
    """Both speak at once."""
    reply_latencies_ms: tuple[int, ...] = ()
    """From the end of the caller's speech to the start of ours."""
    one_way: Side | None = None
    """The side of which nothing was heard although the other one spoke to it."""

    def side(self, side: Side) -> SideMeasures:
        return self.caller if side == "caller" else self.ours


@dataclass(frozen=True, slots=True)
class TakenOut:
    """Characters of a turn in the place of something that may not be kept."""

    kind: str
    """bank_card, cvv, one_time_code or password."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ScoredTurn:
    """One turn as it was heard: of a reply that was cut short, the part that was played."""

    seq: int
    """As in the store; unique and rising in a call, though not without gaps."""
    role: SpeakerRole
    text: str
    started_ms: int
    ended_ms: int
    intent: str | None = None
    emotion: str | None = None
    asr_confidence: float | None = None
    known: frozenset[str] = frozenset()
    """Names of the slots of the flow that were known after this turn."""
    taken_out: tuple[TakenOut, ...] = ()

    @property
    def side(self) -> Side:
        return "caller" if self.role == "caller" else "ours"


@dataclass(frozen=True, slots=True)
class ProcedureStep:
    """One thing that the flow for the caller's matter has to find out, in the flow's order."""

    name: str
    title: str
    wordings: tuple[str, ...]
    """How it is asked; people ask in other words, too."""
    optional: bool = False
    """It need not be asked, for example because the answer is often known from the caller's number."""


@dataclass(frozen=True, slots=True)
class KnowledgeFact:
    """An entry of the company's knowledge that answers what was asked in turn `seq`."""

    seq: int
    entry: str
    question: str
    answers: tuple[str, ...]
    """The right answer in each language that it is written in."""
    score: float
    """0..1: how well the entry fits the question."""


@dataclass(frozen=True, slots=True)
class PromiseState:
    """A task that was promised in the call, as it stood when the material was read."""

    task_id: str
    kind: str
    due_at: datetime | None
    status: str


@dataclass(frozen=True, slots=True)
class CallMaterial:
    """Everything about one call that may decide a verdict."""

    call_id: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    as_of: datetime
    """When the promises stood as they stand here."""
    direction: str = "inbound"
    kind: CallKind = "bot"
    """human as soon as an agent took part."""
    agent_id: str | None = None
    team: str | None = None
    known_caller: bool = False
    """The caller's number is a customer's."""
    intents: tuple[str, ...] = ()
    """What the caller wanted, in order of appearance, without greetings, yes and no."""
    outcome: str | None = None
    language: str | None = None
    turns: tuple[ScoredTurn, ...] = ()
    measures: CallMeasures | None = None
    """None: the audio was not measured."""
    steps: tuple[ProcedureStep, ...] = ()
    knowledge: tuple[KnowledgeFact, ...] = ()
    promises: tuple[PromiseState, ...] = ()
    recording_path: str | None = None

    @property
    def intent(self) -> str | None:
        """The matter that the caller rang for."""
        return self.intents[0] if self.intents else None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where in the call it shows: words of one turn, and when they were spoken."""

    seq: int | None
    """None for something between turns, as a silence."""
    start: int
    """Characters in the turn's text, from `start` up to but without `end`."""
    end: int
    words: str
    started_ms: int
    """By the position of the characters within the turn, as Chinese is spoken evenly."""
    ended_ms: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one item of a scorecard came to."""

    item: str
    answer: Answer
    points: float
    """0..weight of the item; 0 where the answer is not_applicable or unsure."""
    confidence: float
    """0..1"""
    evidence: tuple[Evidence, ...]
    source: VerdictSource
    reason: str = ""
    """Why, in a few words for people: what was found or missing, or why it cannot be told."""


def evidence_in(turn: ScoredTurn, start: int, end: int) -> Evidence:
    """The characters `start:end` of a turn, with their time."""
    length = max(1, len(turn.text))
    duration_ms = max(0, turn.ended_ms - turn.started_ms)
    begin_ms, end_ms = (turn.started_ms + round(duration_ms * place / length) for place in (start, end))
    return Evidence(turn.seq, start, end, turn.text[start:end], begin_ms, end_ms)


def evidence_at(span: Span) -> Evidence:
    """A stretch of the recording without words."""
    return Evidence(None, 0, 0, "", span.started_ms, span.ended_ms)
