"""Whether a caller who complained was consoled: 非常抱歉给您添麻烦了 is, 抱歉没听清 is not."""

from __future__ import annotations

import re

from voicebot.qa.judges.mood import upset
from voicebot.qa.judges.sentence_model import sentence_model
from voicebot.qa.judges.wording import judging_words, reason
from voicebot.qa.judging import Judgement
from voicebot.qa.material import CallMaterial, Evidence, ScoredTurn, evidence_in

_COMPLAINT_INTENT = "complaint"
_COMPLAINS_FROM = 0.5
_REPLIES = 3
"""Turns of ours after the complaint in which consolation is looked for."""
_SENTENCE = re.compile(r"[^。！？!?；;\n]+")
_MOST_SENTENCES = 40


def judge_empathy(material: CallMaterial) -> Judgement:
    turns = material.turns
    complaints = [(turn, _complains(turn)) for turn in turns if turn.role == "caller"]
    loudest = max((sureness for _, sureness in complaints), default=0.0)
    first = next((turn for turn, sureness in complaints if sureness >= _COMPLAINS_FROM), None)
    if first is None:
        return Judgement("not_applicable", 1 - loudest, reason=reason("no_complaint"))
    replies = [turn for turn in turns if turn.side == "ours" and turn.seq > first.seq][:_REPLIES]
    complaint = evidence_in(first, 0, len(first.text))
    if not replies:
        return Judgement("unsure", 0.5, (complaint,), reason=reason("not_answered"))
    best, where = max(map(_consoling, replies), key=lambda found: found[0])
    if best >= 0.5:
        return Judgement("pass", best, (complaint, where), reason=reason("consoled"))
    answer = evidence_in(replies[0], 0, len(replies[0].text))
    return Judgement("fail", min(1 - best, loudest), (complaint, answer), reason=reason("not_consoled"))


def _complains(turn: ScoredTurn) -> float:
    """How surely this turn of the caller complains."""
    told = any(word in turn.text for word in judging_words().complaints)
    return 1.0 if told or turn.intent == _COMPLAINT_INTENT else upset(turn)


def _consoling(turn: ScoredTurn) -> tuple[float, Evidence]:
    """Of the turn's sentences, the one that consoles most surely."""
    places = list(_SENTENCE.finditer(turn.text))[:_MOST_SENTENCES] or list(re.finditer(r"\Z", turn.text))
    probabilities = sentence_model("empathy").probability("consoles", [place[0] for place in places])
    best = max(range(len(places)), key=lambda index: probabilities[index])
    return probabilities[best], evidence_in(turn, *places[best].span())
