"""From what the callers experienced and what the system measured of itself to the benchmark's figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from voicebot.bench.latency.machine import LONG_WORK_S, MachineNoise
from voicebot.bench.latency.processes import Usage
from voicebot.bench.latency.scrape import Reading
from voicebot.caller.simulated_caller import SpokenTurn
from voicebot.store.records import TurnRecord

STAGES: Final = ("endpoint", "recognition", "understanding", "dialogue", "synthesis")
IN_A_ROW: Final = ("endpoint", "dialogue", "synthesis")
"""Stages that follow each other; recognition and understanding run within the endpoint wait."""
SLOW_MS: Final = 1000
"""What 95 % of all replies must stay below for a number of calls to count as carried."""
SHOWN: Final = 5
TURNED_AWAY: Final = "turned_away"


@dataclass(frozen=True, slots=True)
class MeasuredTurn:
    """One turn of a caller: the wait in the caller's own recording, and whether it was understood."""

    said: str
    heard: str
    """As it was recognised; empty when nothing was stored."""
    latency_ms: int | None
    """None when no reply came."""
    right: bool | None
    """None where no intent was expected of it: an answer within a flow."""
    cut_off: bool
    """The assistant began to talk while the caller still did."""


@dataclass(frozen=True, slots=True)
class MeasuredCall:
    """One caller's call. outcome: as stored; None without an answer or without a record."""

    turns: tuple[MeasuredTurn, ...]
    outcome: str | None


@dataclass(frozen=True, slots=True)
class Quantiles:
    """In milliseconds; None where nothing was measured."""

    p50: float | None
    p95: float | None
    max: float | None


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage's share of the wait, in milliseconds. Quantiles are interpolated within the histogram's buckets."""

    mean: float | None
    p50: float | None = None
    p95: float | None = None


@dataclass(frozen=True, slots=True)
class LoopLag:
    """How late the media process woke timers, in milliseconds, rounded up to a bucket's edge."""

    p99: float | None
    max: float | None


@dataclass(frozen=True, slots=True)
class LoopWork:
    """How long the media process's loop worked at a stretch, in processor time: what no other call could interrupt."""

    over_2ms: int | None
    """How often for longer than 2 ms."""
    max_ms: float | None
    """Rounded up to a bucket's edge; 1 where no stretch was longer than that."""
    machine_over_2ms: int | None
    """How often a computation of 0.2 ms would have seemed to take so long, in as much processor time."""
    machine_max_ms: float
    """The longest that it seemed to take."""


@dataclass(frozen=True, slots=True)
class LatencyFigures:
    """What callers waited, and what it cost."""

    calls: int
    turns: int
    """Spoken by all callers together."""
    voice_to_voice_ms: Quantiles
    """End of the caller's speech to the start of the assistant's, both in the caller's recording."""
    stages_ms: Mapping[str, Stage]
    answered_right: float
    """Share of the turns with an expected intent that were stored with it."""
    core_percent: float
    """Processor time of all processes of the system; 100 is one core."""
    rss_mb: float
    loop_lag_ms: LoopLag
    loop_work: LoopWork
    unanswered: int
    """Turns after which no reply came before the caller went on."""
    cut_off: int
    """Turns into which the assistant talked."""
    turned_away: int
    """Calls that heard the notice that all lines are busy."""
    failed_calls: int
    """Calls that were not answered or left no record."""
    core_percent_of: Mapping[str, float]
    """By process; `callers` are the simulated callers, which are not in the sum."""
    slowest: tuple[MeasuredTurn, ...]
    """Those without a reply first."""
    misunderstood: tuple[MeasuredTurn, ...]
    """The first that were not stored with the expected intent."""
    seconds: float
    within_a_second: float
    """Share of all turns that were answered within 1,000 ms."""

    @property
    def carried(self) -> bool:
        """Whether all calls were taken and 95 % of all turns answered within a second."""
        return not self.turned_away and not self.failed_calls and self.within_a_second >= 0.95


def measured_turns(
    said: Sequence[SpokenTurn], intents: Sequence[str | None], stored: Sequence[TurnRecord]
) -> tuple[MeasuredTurn, ...]:
    """Joins a caller's turns with those that the system stored, by their times: both count from the answer.

    intents: the expected one for each turn, None where none is. A turn that was taken for two is judged by the last of
    them, to which the caller heard the reply.
    """
    heard = [turn for turn in stored if turn.role == "caller"]
    measured = []
    for turn, intent in zip(said, intents, strict=False):
        same = [each for each in heard if each.started_ms < turn.said_until_ms and each.ended_ms > turn.said_from_ms]
        right = None if intent is None else bool(same) and same[-1].intent == intent
        text = " | ".join(each.text for each in same)
        measured.append(MeasuredTurn(turn.said, text, turn.reply_latency_ms, right, turn.interrupted))
    return tuple(measured)


def figures(
    calls: Sequence[MeasuredCall],
    *,
    before: Reading,
    after: Reading,
    used_before: Mapping[str, Usage],
    used_after: Mapping[str, Usage],
    callers_cpu_s: float,
    seconds: float,
    machine: MachineNoise,
) -> LatencyFigures:
    """Everything together. before, after: the media process's metrics; used_*: of the system's processes."""
    turns = [turn for call in calls for turn in call.turns]
    latencies = [turn.latency_ms for turn in turns if turn.latency_ms is not None]
    judged = [turn.right for turn in turns if turn.right is not None]
    cpu_s = {name: used_after[name].cpu_s - used_before[name].cpu_s for name in used_after if name in used_before}
    percent = {name: round(100 * spent / seconds, 1) for name, spent in {**cpu_s, "callers": callers_cpu_s}.items()}
    return LatencyFigures(
        calls=len(calls),
        turns=len(turns),
        voice_to_voice_ms=quantiles(latencies),
        stages_ms=_stages(before, after, float(np.mean(latencies)) if latencies else None),
        answered_right=round(sum(judged) / max(1, len(judged)), 3),
        core_percent=round(sum(100 * spent / seconds for spent in cpu_s.values()), 1),
        rss_mb=round(sum(used.rss_mb for used in used_after.values()), 1),
        loop_lag_ms=_loop_lag(before, after),
        loop_work=_loop_work(before, after, cpu_s.get("media"), machine),
        unanswered=sum(turn.latency_ms is None for turn in turns),
        cut_off=sum(turn.cut_off for turn in turns),
        turned_away=sum(call.outcome == TURNED_AWAY for call in calls),
        failed_calls=sum(call.outcome is None for call in calls),
        core_percent_of=percent,
        slowest=tuple(sorted(turns, key=_slowness, reverse=True)[:SHOWN]),
        misunderstood=tuple(turn for turn in turns if turn.right is False)[:SHOWN],
        seconds=round(seconds, 1),
        within_a_second=round(sum(latency <= SLOW_MS for latency in latencies) / max(1, len(turns)), 3),
    )


def _slowness(turn: MeasuredTurn) -> float:
    return math.inf if turn.latency_ms is None else turn.latency_ms


def quantiles(latencies_ms: Sequence[int]) -> Quantiles:
    """Of waits in milliseconds."""
    if not latencies_ms:
        return Quantiles(None, None, None)
    p50, p95 = np.percentile(latencies_ms, (50, 95))
    return Quantiles(round(float(p50)), round(float(p95)), max(latencies_ms))


def _stages(before: Reading, after: Reading, mean_ms: float | None) -> dict[str, Stage]:
    """mean_ms: of the voice-to-voice latency. What the stages in a row leave of it is the network: jitter buffers and
    packets' times on both sides, and the error of the detected end of speech."""
    stages = {name: _stage(before, after, name) for name in STAGES}
    in_a_row = [stages[name].mean for name in IN_A_ROW]
    known = [mean for mean in in_a_row if mean is not None]
    network = round(mean_ms - sum(known), 1) if mean_ms is not None and len(known) == len(in_a_row) else None
    return {**stages, "network": Stage(network)}


def _stage(before: Reading, after: Reading, name: str) -> Stage:
    histogram = after.histogram("voicebot_stage_seconds", stage=name)
    if histogram is None:
        return Stage(None)
    grown = histogram.since(before.histogram("voicebot_stage_seconds", stage=name))
    return Stage(_ms(grown.mean), _ms(grown.quantile(0.5)), _ms(grown.quantile(0.95)))


def _loop_lag(before: Reading, after: Reading) -> LoopLag:
    histogram = after.histogram("voicebot_loop_lag_seconds")
    if histogram is None:
        return LoopLag(None, None)
    grown = histogram.since(before.histogram("voicebot_loop_lag_seconds"))
    return LoopLag(_ms(grown.quantile(0.99)), _ms(grown.highest()))


def _loop_work(before: Reading, after: Reading, cpu_s: float | None, machine: MachineNoise) -> LoopWork:
    expected = None if cpu_s is None else round(machine.long_per_cpu_s * cpu_s)
    longest_ms = round(machine.max_ms, 1)
    histogram = after.histogram("voicebot_loop_work_seconds")
    if histogram is None:
        return LoopWork(None, None, expected, longest_ms)
    grown = histogram.since(before.histogram("voicebot_loop_work_seconds"))
    long = round(grown.count - grown.counts[LONG_WORK_S])
    return LoopWork(long, _ms(grown.highest()) or 1.0, expected, longest_ms)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)
