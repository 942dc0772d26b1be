"""How the caller's mood went: whether who came upset, or became so, left calm."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from statistics import fmean

from models.emotion import UPSET_FROM, EmotionClassifier
from voicebot.qa.judges.wording import judging_words, reason
from voicebot.qa.judging import Judgement
from voicebot.qa.material import CallMaterial, ScoredTurn, evidence_in

_LEAST_CHARACTERS = 2
_UPSET_MARKS = ("annoyed", "angry")
_MARKED = 0.6
"""What counts at least a mark from the call, where the voice was heard as well, and a word of complaint."""
_LAST = 2
"""Turns of the caller that tell how the call ended."""
_BEFORE_LAST = 0.5
"""What the turn before the last one counts: 气死我了 stands, unless 好的谢谢 follows."""
_CHANGE = 0.2
"""Of the mean probability, from which the mood has changed."""


@cache
def _classifier() -> EmotionClassifier:
    return EmotionClassifier.load()


def upset(turn: ScoredTurn) -> float:
    """Probability that the caller is annoyed or angry in this turn."""
    from_words = _upset_words(turn.text)
    marked = turn.emotion in _UPSET_MARKS or any(word in turn.text for word in judging_words().complaints)
    return max(from_words, _MARKED) if marked else from_words


@lru_cache(maxsize=256)
def _upset_words(text: str) -> float:
    """Kept for the turns of a call, whose mood and whose consolation are judged by the same words."""
    heard = _classifier().classify(text)
    return 1 - heard.confidence if heard.label == "calm" else heard.confidence


def judge_mood(material: CallMaterial) -> Judgement:
    """Passes when the caller left calm, fails when more upset than before; upset all along is for a person."""
    turns = [turn for turn in material.turns if turn.role == "caller" and len(turn.text) >= _LEAST_CHARACTERS]
    if len(turns) < _LEAST_CHARACTERS:
        return Judgement("not_applicable", 1.0, reason=reason("too_few_words"))
    probabilities = [upset(turn) for turn in turns]
    before = fmean(probabilities[:-1])
    after = max(probabilities[-1], _BEFORE_LAST * probabilities[-2])
    if after < UPSET_FROM:
        name = "calm" if max(probabilities) < UPSET_FROM else "calmed"
        return Judgement("pass", 1 - after, (evidence_in(turns[-1], 0, len(turns[-1].text)),), reason=reason(name))
    worst = _worst(turns[-_LAST:], probabilities[-_LAST:])
    shown = (evidence_in(worst, 0, len(worst.text)),)
    sureness = 0.5 + 0.5 * (after - UPSET_FROM) / (1 - UPSET_FROM)
    if after - before >= _CHANGE:
        return Judgement("fail", sureness, shown, reason=reason("upset_more"))
    return Judgement("unsure", sureness, shown, reason=reason("upset_still"))


def _worst(turns: Sequence[ScoredTurn], probabilities: Sequence[float]) -> ScoredTurn:
    return max(zip(turns, probabilities, strict=True), key=lambda pair: pair[1])[0]
