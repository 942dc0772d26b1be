"""The conditions on what the two audio channels tell. Without measures they can be neither met nor missed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from voicebot.qa.material import CallMeasures, Span
from voicebot.qa.rules.hits import MOST_HITS, NO_TURN, UNKNOWN, Finding, Hit
from voicebot.qa.scorecard.conditions import Hold, Interruptions, Latency, Silence, Sound, Speed, TalkOver

AudioCondition = Silence | Hold | TalkOver | Interruptions | Speed | Latency | Sound


def audio(condition: AudioCondition, measures: CallMeasures | None) -> Finding:
    if measures is None:
        return Finding(UNKNOWN, reason="no_measures")
    match condition:
        case Silence():
            return _often(_longer(measures.silences, condition.longer_than_s), condition.times)
        case Hold():
            return _often(_longer(measures.holds, condition.longer_than_s), condition.times)
        case TalkOver():
            spans = _longer(measures.talk_over, condition.longer_than_s)
            total_ms = sum(span.length_ms for span in spans)
            return _often(spans, 1) if total_ms >= 1000 * condition.total_s else Finding(0.0)
        case Interruptions():
            return _often([each.span for each in measures.interruptions if each.by == condition.by], condition.times)
        case Speed():
            return _speed(condition, measures.side(condition.by).characters_per_minute)
        case Latency():
            late = sum(latency > 1000 * condition.longer_than_s for latency in measures.reply_latencies_ms)
            return Finding(float(late >= condition.times))
        case Sound():
            heard = set(measures.side(condition.by).problems)
            silent = measures.one_way == condition.by and "silent" in condition.problems
            return Finding(float(silent or bool(heard & set(condition.problems))))


def _speed(condition: Speed, speed: float | None) -> Finding:
    if speed is None:
        return Finding(UNKNOWN, reason="no_speed")
    too_fast = condition.above is not None and speed > condition.above
    too_slow = condition.below is not None and speed < condition.below
    return Finding(float(too_fast or too_slow))


def _longer(spans: Iterable[Span], seconds: float) -> list[Span]:
    return [span for span in spans if span.length_ms > 1000 * seconds]


def _often(spans: Sequence[Span], times: int) -> Finding:
    hits = tuple(Hit(NO_TURN, 0, 0, span.started_ms, span.ended_ms) for span in spans[:MOST_HITS])
    return Finding(float(len(spans) >= times), hits)
