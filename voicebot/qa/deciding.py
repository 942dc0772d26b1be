"""From an item's rules or judgement to its verdict, with evidence and a reason in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from voicebot.qa.judging import Judgement
from voicebot.qa.material import Evidence, Span, Verdict, VerdictSource, evidence_at, evidence_in
from voicebot.qa.reasons import reasons, why
from voicebot.qa.rules.evaluation import evaluate
from voicebot.qa.rules.hits import NO_TURN, UNKNOWN, Finding, Hit
from voicebot.qa.rules.searches import Findings
from voicebot.qa.rules.talk import Talk
from voicebot.qa.scorecard.expressions import Expression, names
from voicebot.qa.scorecard.model import Item, Scorecard

MOST_EVIDENCE: Final = 10
_LONGEST_WORDS: Final = 200
"""Characters of one piece of evidence."""
_SEPARATOR: Final = "、"


class Deciding:
    """Decides the items of one call.

    judgements: what judges said, by item; assist_only: items that may only advise a person, and why.
    """

    def __init__(
        self,
        card: Scorecard,
        findings: Findings,
        talk: Talk,
        *,
        judgements: Mapping[str, Judgement],
        assist_only: Mapping[str, str],
    ) -> None:
        self._card = card
        self._findings = findings
        self._talk = talk
        self._judgements = judgements
        self._assist_only = assist_only

    def verdict(self, item: Item) -> Verdict:
        if not item.applies.to(self._talk.material):
            return _not_applicable(item, why("does_not_apply"))
        belongs = 1.0
        if item.when is not None:
            when = self._evaluated(item.when)
            if when.degree == UNKNOWN:
                return _unknown(item, when)
            if not when.holds:
                return _not_applicable(item, why("does_not_apply"), 1 - when.degree)
            belongs = when.degree
        if item.unless is not None and (exception := self._evaluated(item.unless)).holds:
            reason = why("exception", what=self._named(item.unless, held=True))
            return _not_applicable(item, reason, exception.degree)
        verdict = self._by_rule(item) if item.judge is None else self._by_judge(item)
        return self._believed(item, replace(verdict, confidence=min(belongs, verdict.confidence)))

    def _by_rule(self, item: Item) -> Verdict:
        rule = item.requires or item.forbids
        assert rule is not None, "an item without a judge has a rule"
        finding = self._evaluated(rule)
        if finding.degree == UNKNOWN:
            return _unknown(item, finding)
        passed = finding.holds == (item.requires is not None)
        key = ("met" if passed else "missing") if item.requires else ("not_found" if passed else "found")
        reason = why(key, what=self._named(rule, held=finding.holds))
        sureness = max(finding.degree, 1 - finding.degree)
        return _verdict(item, passed, sureness, self._evidence(finding), "rule", reason)

    def _by_judge(self, item: Item) -> Verdict:
        judged = self._judgements.get(item.name)
        if judged is None:
            return Verdict(item.name, "unsure", 0, 0, (), "model", why("no_judge"))
        points = item.weight if judged.answer == "pass" else 0.0
        evidence = judged.evidence[:MOST_EVIDENCE]
        return Verdict(item.name, judged.answer, points, judged.confidence, evidence, judged.source, judged.reason)

    def _believed(self, item: Item, verdict: Verdict) -> Verdict:
        """The verdict, or what a person is told of it where it is not sure enough."""
        if verdict.answer == "unsure":
            return verdict
        lean = reasons().leans[verdict.answer]
        if verdict.confidence < item.confidence:
            reason = why("unsure", percent=round(100 * verdict.confidence), lean=lean)
        elif item.name in self._assist_only:
            reason = why("assist_only", why=self._assist_only[item.name], lean=lean)
        else:
            return verdict
        return replace(verdict, answer="unsure", points=0.0, reason=reason)

    def _evaluated(self, rule: Expression) -> Finding:
        return evaluate(rule, self._findings.of, self._talk)

    def _named(self, rule: Expression, *, held: bool) -> str:
        """The conditions that made the rule hold, or fail to, by their titles."""
        used = list(dict.fromkeys(names(rule)))
        decisive = [name for name in used if self._findings.of(name).holds == held] or used
        return _SEPARATOR.join(self._card.conditions[name].title or name for name in decisive)

    def _evidence(self, finding: Finding) -> tuple[Evidence, ...]:
        """The words that were found; where nothing was found in a part of the call, that part."""
        if finding.hits:
            shown = sorted((*finding.hits, *finding.partners), key=lambda hit: (hit.started_ms, hit.turn, hit.start))
            return tuple(self._shown(hit) for hit in shown[:MOST_EVIDENCE])
        looked = dict.fromkeys(finding.looked)
        return tuple(self._shown(self._talk.hit(turn, 0, len(self._talk.texts[turn]))) for turn in looked)

    def _shown(self, hit: Hit) -> Evidence:
        if hit.turn == NO_TURN:
            return evidence_at(Span(hit.started_ms, hit.ended_ms))
        return evidence_in(self._talk.turns[hit.turn], hit.start, min(hit.end, hit.start + _LONGEST_WORDS))


def _verdict(
    item: Item,
    passed: bool,
    confidence: float,
    evidence: tuple[Evidence, ...],
    source: VerdictSource,
    reason: str,
) -> Verdict:
    points = item.weight if passed else 0.0
    return Verdict(item.name, "pass" if passed else "fail", points, confidence, evidence, source, reason)


def _not_applicable(item: Item, reason: str, confidence: float = 1.0) -> Verdict:
    return Verdict(item.name, "not_applicable", 0.0, confidence, (), "rule", reason)


def _unknown(item: Item, finding: Finding) -> Verdict:
    """It cannot be told."""
    reason = why(finding.reason) if finding.reason else why("unsure", percent=50, lean=reasons().leans["unsure"])
    return Verdict(item.name, "unsure", 0.0, UNKNOWN, (), "rule", reason)
