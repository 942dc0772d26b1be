"""Whether the caller's matter was settled, by what the caller says at the end and how the call ended.

What nobody says is not known: a caller who just hangs up, or is promised a call, is for a person to judge.
"""

from __future__ import annotations

from voicebot.qa.judges.sentence_model import sentence_model
from voicebot.qa.judges.wording import judging_words, reason
from voicebot.qa.judging import Judgement
from voicebot.qa.material import CallMaterial, evidence_in

_LAST = 3
"""Turns of the caller that are looked at."""
_LATER_COUNTS_MORE = 0.85
"""Weight of a turn against the one that follows it: the last word stands."""
_SAID = 0.5
_OUTCOME_AGREES = 0.1
"""What an end of the call that agrees with the caller's words adds to the confidence."""
_UNSAID = 0.6


def judge_resolution(material: CallMaterial) -> Judgement:
    words = judging_words()
    last = [turn for turn in material.turns if turn.role == "caller"][-_LAST:]
    kept, lost = material.outcome in words.kept_outcomes, material.outcome in words.lost_outcomes
    model, texts = sentence_model("closings"), [turn.text for turn in last]
    weights = [_LATER_COUNTS_MORE ** (len(last) - 1 - place) for place in range(len(last))]
    found = [
        (probability * weight, label, turn)
        for label in ("settled", "unsettled")
        for probability, weight, turn in zip(model.probability(label, texts), weights, last, strict=True)
    ]
    sureness, label, turn = max(found, key=lambda each: each[0], default=(0.0, "", None))
    if turn is not None and sureness >= _SAID:
        agrees = kept if label == "settled" else lost
        disagrees = lost if label == "settled" else False
        confidence = min(1.0, sureness + _OUTCOME_AGREES * agrees - 2 * _OUTCOME_AGREES * disagrees)
        answer = "pass" if label == "settled" else "fail"
        return Judgement(answer, confidence, (evidence_in(turn, 0, len(turn.text)),), reason=reason(label))  # type: ignore[arg-type]
    shown = tuple(evidence_in(each, 0, len(each.text)) for each in last[-1:])
    if lost:
        return Judgement("fail", _UNSAID, shown, reason=reason("ended_open"))
    name = "ended_quietly" if kept or not material.promises else "promised"
    return Judgement("unsure", _UNSAID, shown, reason=reason(name))
