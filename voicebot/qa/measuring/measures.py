"""From who spoke when to what a call is scored on. Pure.

    caller  ██████████        ████
    ours              ███  ██████
                     reply    └ talk-over ┘ the caller gave no way: no interruption

A human call is scored for its agent: what the assistant did before the agent's first turn is part of the length and of
the talk time, and of nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from voicebot.qa.material import CallMeasures, Interruption, ScoredTurn, Side, SideMeasures, Span
from voicebot.qa.measuring.announced import announces_hold
from voicebot.qa.measuring.ear import HeardSide
from voicebot.qa.measuring.recording import Heard
from voicebot.qa.measuring.spans import gaps, joined, shared, total_ms, without

_CHARACTER: Final = re.compile(r"[0-9㐀-鿿]|[^\W\d_㐀-鿿]+")
"""What counts as one: a Chinese character, a digit, a word in letters."""


@dataclass(frozen=True, slots=True)
class MeasureLimits:
    """What counts as what. Times in milliseconds. Set by reasoning, before any call was looked at, and not tuned."""

    silence: int = 1_000
    """Shorter silences are pauses."""
    utterance_pause: int = 700
    """A pause up to this long lies within one utterance of the caller, as where latency is measured elsewhere."""
    spoken_before: int = 300
    """Who begins within this of the other has begun at the same time, and interrupts nobody."""
    floor_overlap: int = 250
    """Turns overlap by up to a quarter of a second when speakers change in good order."""
    floor_taken: int = 300
    """Who has interrupted speaks on for so long after the other fell silent; a 嗯 does not. A shorter pause gives up
    no floor."""
    floor_speech: int = 800
    """And says at least so much."""
    hold: int = 3_000
    """Shortest hold: music on our side, or silence on it after it was announced."""
    announcement_slack: int = 1_500
    """How far the transcript's times may be from those of the audio."""
    rate_speech: int = 3_000
    """Least speech from which a speed is told."""
    one_way_talk: int = 5_000
    """So much speech of one side without any sound of the other is one-way audio."""
    quiet_dbfs: float = -38.0
    """12 dB under ordinary telephone speech (-26, ITU-T P.56)."""
    loud_dbfs: float = -12.0
    uneven_db: float = 15.0
    """A side so much softer than the other is too quiet, whatever its level: one ear cannot suit both."""
    clipped: float = 0.002
    """Share of clipped samples from which speech sounds torn."""


def measure(
    heard: Heard,
    turns: Sequence[ScoredTurn] = (),
    limits: MeasureLimits | None = None,
    *,
    unrecorded: Sequence[Span] = (),
) -> CallMeasures:
    """turns: the transcript, for speed and announced holds; empty where there is none.

    unrecorded: stretches that the recording does not hold: what was said there is not known, so they are no silence,
    no hold and no wait for a reply.
    """
    limits = limits or MeasureLimits()
    unknown = joined(unrecorded)
    since_ms = next((turn.started_ms for turn in turns if turn.role == "agent"), 0)
    scored = Span(min(max(0, since_ms), heard.length_ms), heard.length_ms)
    caller, ours = (_within(side.speech, scored) for side in (heard.caller, heard.ours))
    holds = without(_holds(heard, turns, scored, limits), unknown)
    waits = joined([*holds, *unknown])
    return CallMeasures(
        length_ms=heard.length_ms,
        caller=_side(heard.caller, heard.ours, "caller", turns, heard.caller.speech, limits),
        ours=_side(heard.ours, heard.caller, "ours", turns, ours, limits),
        silences=tuple(_silences(caller, ours, waits, scored, limits)),
        holds=tuple(holds),
        interruptions=tuple(_interruptions(caller, ours, limits)),
        talk_over=tuple(shared(caller, ours)),
        reply_latencies_ms=tuple(_latencies(caller, ours, waits, limits)),
        one_way=_one_way(heard, limits),
    )


def characters(text: str) -> int:
    return len(_CHARACTER.findall(text))


def _within(spans: Sequence[Span], scored: Span) -> list[Span]:
    return shared(spans, [scored])


def _side(
    heard: HeardSide,
    other: HeardSide,
    side: Side,
    turns: Sequence[ScoredTurn],
    counted: Sequence[Span],
    limits: MeasureLimits,
) -> SideMeasures:
    """counted: the speech whose speed is asked for."""
    human = any(turn.role == "agent" for turn in turns)
    speaker = "caller" if side == "caller" else "agent" if human else "assistant"
    said = sum(characters(turn.text) for turn in turns if turn.role == speaker)
    spoken_ms = total_ms(counted)
    told = said > 0 and spoken_ms >= limits.rate_speech
    return SideMeasures(
        talk_ms=total_ms(heard.speech),
        characters_per_minute=round(said * 60_000 / spoken_ms, 1) if told else None,
        level_dbfs=heard.level_dbfs,
        problems=tuple(_problems(heard, other, limits)),
    )


def _problems(heard: HeardSide, other: HeardSide, limits: MeasureLimits) -> list[str]:
    level = heard.level_dbfs
    if level is None:
        return ["silent"]
    uneven = other.level_dbfs is not None and other.level_dbfs - level > limits.uneven_db
    found = {
        "too_quiet": level < limits.quiet_dbfs or uneven,
        "too_loud": level > limits.loud_dbfs,
        "clipped": heard.clipped > limits.clipped,
    }
    return [name for name, true in found.items() if true]


def _silences(
    caller: Sequence[Span], ours: Sequence[Span], waits: Sequence[Span], scored: Span, limits: MeasureLimits
) -> list[Span]:
    """Up to the last word: how long somebody waits to hang up is nobody's silence."""
    speech = joined([*caller, *ours])
    if not speech:
        return []
    quiet = gaps(speech, Span(scored.started_ms, speech[-1].ended_ms))
    return [span for span in without(quiet, waits) if span.length_ms >= limits.silence]


def _holds(heard: Heard, turns: Sequence[ScoredTurn], scored: Span, limits: MeasureLimits) -> list[Span]:
    """Where our side plays music, or nobody speaks after it asked the caller to wait."""
    music = _within(heard.ours.music, scored)
    return [
        span for span in joined([*music, *_announced(heard, turns, scored, limits)]) if span.length_ms >= limits.hold
    ]


def _announced(heard: Heard, turns: Sequence[ScoredTurn], scored: Span, limits: MeasureLimits) -> list[Span]:
    """The silences in each pause of ours that follows an announcement."""
    told_ms = [turn.ended_ms for turn in turns if turn.side == "ours" and announces_hold(turn.text)]
    ours = heard.ours.speech
    pauses = gaps(ours, Span(scored.started_ms, ours[-1].ended_ms)) if ours else []
    slack = limits.announcement_slack
    waits = [span for span in pauses if any(abs(span.started_ms - at_ms) <= slack for at_ms in told_ms)]
    return [span for span in without(waits, heard.caller.speech) if span.length_ms >= limits.hold]


def _interruptions(caller: Sequence[Span], ours: Sequence[Span], limits: MeasureLimits) -> list[Interruption]:
    found = [Interruption("ours", span) for span in _taken_floors(ours, caller, limits)]
    found += [Interruption("caller", span) for span in _taken_floors(caller, ours, limits)]
    return sorted(found, key=lambda each: each.span.started_ms)


def _taken_floors(speech: Sequence[Span], others: Sequence[Span], limits: MeasureLimits) -> list[Span]:
    """Where `speech` began in the middle of the other's, who fell silent over it: both at once."""
    held, others_held = (joined(spans, gap_ms=limits.floor_taken) for spans in (speech, others))
    taken = []
    for overlap in shared(held, others_held):
        mine = next(span for span in held if span.started_ms <= overlap.started_ms < span.ended_ms)
        theirs = next(span for span in others_held if span.started_ms <= overlap.started_ms < span.ended_ms)
        if (
            mine.started_ms - theirs.started_ms >= limits.spoken_before
            and overlap.length_ms >= limits.floor_overlap
            and mine.ended_ms - theirs.ended_ms >= limits.floor_taken
            and mine.length_ms >= limits.floor_speech
        ):
            taken.append(overlap)
    return taken


def _latencies(caller: Sequence[Span], ours: Sequence[Span], waits: Sequence[Span], limits: MeasureLimits) -> list[int]:
    """For each utterance of the caller that was answered before the next one, unless one of `waits` lies between."""
    utterances = joined(caller, gap_ms=limits.utterance_pause)
    last_ms = max((span.ended_ms for span in ours), default=0)
    latencies = []
    for utterance, following in zip_longest(utterances, utterances[1:]):
        before_ms = following.started_ms if following else last_ms
        begun = next((s.started_ms for s in ours if utterance.ended_ms <= s.started_ms < before_ms), None)
        overtaken = any(span.started_ms < utterance.ended_ms < span.ended_ms for span in ours)
        if begun is not None and not overtaken and not shared(waits, [Span(utterance.ended_ms, begun)]):
            latencies.append(begun - utterance.ended_ms)
    return latencies


def _one_way(heard: Heard, limits: MeasureLimits) -> Side | None:
    caller_ms, ours_ms = total_ms(heard.caller.speech), total_ms(heard.ours.speech)
    if caller_ms == 0 and ours_ms >= limits.one_way_talk:
        return "caller"
    return "ours" if ours_ms == 0 and caller_ms >= limits.one_way_talk else None
