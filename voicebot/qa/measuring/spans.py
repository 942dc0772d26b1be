"""Stretches of time and what can be done with them: join, cut, intersect, subtract. All sorted and apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from voicebot.qa.material import Span


def joined(spans: Iterable[Span], *, gap_ms: int = 0) -> list[Span]:
    """In order of time; those that overlap, or lie no more than `gap_ms` apart, made one."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda each: each.started_ms):
        if result and span.started_ms <= result[-1].ended_ms + gap_ms:
            result[-1] = Span(result[-1].started_ms, max(result[-1].ended_ms, span.ended_ms))
        else:
            result.append(span)
    return result


def shared(a: Sequence[Span], b: Sequence[Span]) -> list[Span]:
    """What lies in both; each of them sorted and apart."""
    result: list[Span] = []
    i = j = 0
    while i < len(a) and j < len(b):
        start, end = max(a[i].started_ms, b[j].started_ms), min(a[i].ended_ms, b[j].ended_ms)
        if start < end:
            result.append(Span(start, end))
        if a[i].ended_ms <= b[j].ended_ms:
            i += 1
        else:
            j += 1
    return result


def gaps(spans: Sequence[Span], within: Span) -> list[Span]:
    """What is left of `within` without the spans, which are sorted and apart."""
    result: list[Span] = []
    at_ms = within.started_ms
    for span in spans:
        if at_ms < min(span.started_ms, within.ended_ms):
            result.append(Span(at_ms, min(span.started_ms, within.ended_ms)))
        at_ms = max(at_ms, span.ended_ms)
    if at_ms < within.ended_ms:
        result.append(Span(at_ms, within.ended_ms))
    return result


def without(spans: Sequence[Span], removed: Sequence[Span]) -> list[Span]:
    """The spans less what lies in `removed`; both sorted and apart."""
    return [rest for span in spans for rest in gaps(removed, span)]


def total_ms(spans: Iterable[Span]) -> int:
    return sum(span.length_ms for span in spans)
