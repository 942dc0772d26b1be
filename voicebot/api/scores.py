"""What calls were scored, with each item's evidence, and what people answered about it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fastapi import APIRouter, HTTPException

from voicebot.accounts.call_access import subject_of
from voicebot.accounts.permissions import Action
from voicebot.api.asking import Asks
from voicebot.api.calls import reached_call
from voicebot.api.shape import Shape
from voicebot.qa.material import Answer, VerdictSource
from voicebot.qa.reading import scored_turn
from voicebot.qa.review.reading import reviewed_scores
from voicebot.qa.review.samples import SampleStore

router = APIRouter(prefix="/calls", tags=["scores"])


class Evidence(Shape):
    """Words of one turn, and when they were spoken, in milliseconds from the answer."""

    seq: int | None
    """null for something between turns, as a silence."""
    words: str
    started_ms: int
    ended_ms: int


class Verdict(Shape):
    """What one item of the scorecard came to."""

    item: str
    answer: Answer
    points: float
    confidence: float
    source: VerdictSource
    reason: str
    evidence: list[Evidence]


class Review(Shape):
    """What a person answered about an item."""

    item: str
    answer: Answer
    reviewer: str
    comment: str
    reviewed_at: datetime


class Score(Shape):
    """By one scorecard, as the system scored it; `reviews` stand beside it. Scores are 0 to 100."""

    scorecard: str
    version: str
    scored_at: datetime
    total: float | None
    total_after_review: float | None
    """With what people decided in place of verdicts; the same as `total` where nobody has."""
    compliance: float | None
    fatal: list[str]
    """Fatal items that failed: the total is 0."""
    decided: float
    """Share of the weight that could be decided, 0 to 1."""
    not_scorable: str
    """Why there is no total; empty where there is one."""
    verdicts: list[Verdict]
    reviews: list[Review]


@router.get("/{call_id}/scores")
async def call_scores(call_id: str, asks: Asks) -> list[Score]:
    """The call's scores by the scorecards as they are now; none before it has ended and was scored.

    403 for who is to score the call blind, until they have.
    """
    call = await reached_call(asks, call_id, Action.VIEW_SCORE)
    store = asks.web.store
    if call.id in await SampleStore(store).owed(asks.actor.name):
        raise HTTPException(403, "You are to score this call without knowing its score; do that first.")
    turns = [scored for turn in await store.turns(call_id) if (scored := scored_turn(turn)) is not None]
    await asks.audit("scores.read", f"call:{call.id}")
    told = [
        {
            **asdict(score.kept.result),
            "total_after_review": score.final.total,
            "scored_at": score.kept.scored_at,
            "verdicts": asks.shown([asdict(verdict) for verdict in score.kept.result.verdicts], subject_of(call)),
            "reviews": [
                {**asdict(review), "comment": asks.shown(review.comment, subject_of(call))}
                for each in score.items
                for review in each.reviews
            ],
        }
        for score in await reviewed_scores(store, call_id, turns)
    ]
    return [Score.model_validate(score) for score in told]
