"""The conditions on how a call went: the caller's mood, the procedure, promises, and what is known about the call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta
from typing import Final

from voicebot.assist.promises import find_promises, promise_words
from voicebot.assist.promises import standing as promise_standing
from voicebot.assist.similarity import coverage
from voicebot.qa.material import CallMaterial, ProcedureStep, PromiseState
from voicebot.qa.rules.hits import MOST_IN_A_TURN, UNKNOWN, Finding, Hit, found
from voicebot.qa.rules.talk import Talk
from voicebot.qa.rules.words import looked_at
from voicebot.qa.scorecard.conditions import (
    Emotion,
    EmotionCourse,
    Facts,
    Procedure,
    Promised,
    PromiseStanding,
)

_SEVERITY: Final = {"calm": 0.0, "annoyed": 1.0, "angry": 2.0}
_FEWEST_TURNS: Final = 3
"""Turns of a caller from which on a mood can have a course."""
_CHANGED: Final = 0.5
_SAME_QUESTION: Final = 0.35
"""As while the agent is helped live: share of a question's pairs of characters in the words that ask it."""
_DAY_ENDS: Final = time(22, 0)
_HEARD_MOOD: Final = 0.75
"""How far a turn's mood, told from its words, is to be believed."""


def emotion(condition: Emotion, talk: Talk) -> Finding:
    scope = talk.scope(condition.by, condition.where)
    known = [turn for turn in scope.parts if talk.turns[turn].emotion is not None]
    if not known:
        return Finding(UNKNOWN, reason="no_emotion")
    hits = [
        talk.hit(turn, *scope.parts[turn], _HEARD_MOOD)
        for turn in known
        if talk.turns[turn].emotion in condition.emotions
    ]
    return found(hits, condition.times, 1 - _HEARD_MOOD, looked_at(scope, condition))


def emotion_course(condition: EmotionCourse, talk: Talk) -> Finding:
    turns = [turn for turn in talk.scope("caller", None).parts if talk.turns[turn].emotion in _SEVERITY]
    if len(turns) < _FEWEST_TURNS:
        return Finding(UNKNOWN, reason="no_emotion")
    third = max(1, len(turns) // 3)
    change = _severity(talk, turns[-third:]) - _severity(talk, turns[:third])
    holds = change >= _CHANGED if condition.course == "worse" else change <= -_CHANGED
    last = turns[-1]
    hits = (talk.hit(last, 0, len(talk.texts[last]), _HEARD_MOOD),) if holds else ()
    return Finding(_HEARD_MOOD if holds else 1 - _HEARD_MOOD, hits)


def promised(condition: Promised, talk: Talk) -> Finding:
    scope = talk.scope(condition.by, condition.where)
    hits: list[Hit] = []
    for turn in scope.parts:
        said_at = talk.material.started_at + timedelta(milliseconds=talk.turns[turn].started_ms)
        promises = find_promises(talk.texts[turn], said_at, words=promise_words(), day_ends=_DAY_ENDS)
        for promise in promises[:MOST_IN_A_TURN]:
            timed = promise.due_at is not None
            if condition.timed in (None, timed) and scope.holds(turn, promise.start, promise.end):
                hits.append(talk.hit(turn, promise.start, promise.end))
    return found(hits, condition.times, talk.absence(scope), looked_at(scope, condition))


def promises_standing(condition: PromiseStanding, material: CallMaterial) -> Finding:
    return Finding(float(any(_standing(each, material) == condition.standing for each in material.promises)))


def _standing(promise: PromiseState, material: CallMaterial) -> str | None:
    """None for a promise that was called off. When a task was done is not recorded: done counts as kept."""
    if promise.status == "cancelled":
        return None
    return "kept" if promise.status == "done" else promise_standing(promise.due_at, None, material.as_of)


def procedure(condition: Procedure, talk: Talk) -> Finding:
    """Each step is done where it is asked, or first known."""
    steps = [step for step in talk.material.steps if not step.optional]
    if not steps:
        return Finding(UNKNOWN, reason="no_procedure")
    places = [_done_at(step, talk) for step in steps]
    done = [place for place in places if place is not None]
    in_order = not condition.in_order or done == sorted(done)
    enough = len(done) >= condition.share * len(steps)
    hits = tuple(talk.hit(turn, 0, len(talk.texts[turn])) for turn in done)
    return Finding(float(enough and in_order), hits)


def _done_at(step: ProcedureStep, talk: Talk) -> int | None:
    ours = talk.scope("company", None).parts
    for turn, said in enumerate(talk.turns):
        if step.name in said.known:
            return turn
        if turn in ours and any(coverage(talk.texts[turn], wording) >= _SAME_QUESTION for wording in step.wordings):
            return turn
    return None


def facts(condition: Facts, material: CallMaterial) -> Finding:
    """Everything that the condition names has to be so."""
    since, until = material.answered_at or material.started_at, material.ended_at
    length_s = (until - since).total_seconds() if until else 0.0
    holds = (
        (not condition.kinds or material.kind in condition.kinds)
        and (not condition.intents or any(intent in condition.intents for intent in material.intents))
        and (not condition.outcomes or material.outcome in condition.outcomes)
        and condition.known_caller in (None, material.known_caller)
        and condition.has_procedure in (None, any(not step.optional for step in material.steps))
        and (condition.longer_than_s is None or length_s > condition.longer_than_s)
    )
    return Finding(float(holds))


def _severity(talk: Talk, turns: Sequence[int]) -> float:
    return sum(_SEVERITY[talk.turns[turn].emotion or "calm"] for turn in turns) / len(turns)
