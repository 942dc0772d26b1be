"""A score with what people decided in place of what the system said. Pure; the score itself stays as it was."""

from __future__ import annotations

from collections.abc import Iterable

from voicebot.qa.material import Verdict
from voicebot.qa.reasons import why
from voicebot.qa.result import ScoreResult
from voicebot.qa.review.review import Review
from voicebot.qa.scorecard.model import Scorecard
from voicebot.qa.totalling import totalled


def reviewed(card: Scorecard, result: ScoreResult, reviews: Iterable[Review]) -> ScoreResult:
    """The last review of each item holds; blind ones change nothing. reviews: of the call, in order of time."""
    latest = {each.item: each for each in reviews if not each.blind and each.scorecard == result.scorecard}
    if not latest or not result.verdicts:
        return result
    weights = {item.name: item.weight for item in card.items}
    decided = (_decided(verdict, latest.get(verdict.item), weights[verdict.item]) for verdict in result.verdicts)
    return totalled(card, result.call_id, tuple(decided))


def _decided(verdict: Verdict, review: Review | None, weight: float) -> Verdict:
    if review is None:
        return verdict
    points = weight if review.answer == "pass" else 0.0
    reason = why("by_person", reviewer=review.reviewer, comment=review.comment or verdict.reason)
    return Verdict(verdict.item, review.answer, points, 1.0, verdict.evidence, "person", reason)
