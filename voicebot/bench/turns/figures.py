"""From the outcomes of many turns to the figures of a half."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from voicebot.bench.turns.judging import Outcome
from voicebot.bench.turns.scenarios import Half, Kind


@dataclass(frozen=True, slots=True)
class Judged:
    """One turn with its outcome."""

    id: str
    kind: Kind
    half: Half
    background: str
    said: str
    heard: str
    """What the dialogue was asked, the last time."""
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Wait:
    """Milliseconds; None where nothing was measured."""

    mean: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds; None where nothing was measured."""

    p50: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Rates are shares of the turns to which the question applies; None where there are none."""

    turns: int
    false_cutoff_rate: float | None
    missed_end_rate: float | None
    wait_ms: Wait
    false_barge_in_rate: float | None
    missed_barge_in_rate: float | None
    lost_short_answer_rate: float | None
    stop_ms: Spread
    resume_ms: Spread
    counts: dict[str, int]
    """How many turns each rate is a share of."""


_QUESTIONS = {
    "false_cutoff_rate": "false_cutoff",
    "missed_end_rate": "missed_end",
    "false_barge_in_rate": "false_barge_in",
    "missed_barge_in_rate": "missed_barge_in",
    "lost_short_answer_rate": "lost_answer",
}


def figures(turns: Sequence[Judged]) -> Figures:
    """Of these turns together."""
    outcomes = [turn.outcome for turn in turns]
    answers = {rate: _flags(outcomes, question) for rate, question in _QUESTIONS.items()}
    rates = {rate: sum(flags) / len(flags) if flags else None for rate, flags in answers.items()}
    waits = _times(outcome.wait_ms for outcome in outcomes)
    return Figures(
        turns=len(turns),
        wait_ms=Wait(round(float(np.mean(waits)), 1) if waits else None, _percentile(waits, 95)),
        stop_ms=_spread(_times(outcome.stop_ms for outcome in outcomes)),
        resume_ms=_spread(_times(outcome.resume_ms for outcome in outcomes)),
        counts={rate.removesuffix("_rate"): len(flags) for rate, flags in answers.items()},
        **rates,
    )


def _flags(outcomes: Iterable[Outcome], question: str) -> list[bool]:
    return [flag for outcome in outcomes if (flag := getattr(outcome, question)) is not None]


def _times(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _spread(values: list[float]) -> Spread:
    return Spread(_percentile(values, 50), _percentile(values, 95))


def _percentile(values: list[float], percent: int) -> float | None:
    return round(float(np.percentile(values, percent)), 1) if values else None
