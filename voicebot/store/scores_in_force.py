"""Scores and verdicts as they stand: what people decided where they did, what the system said everywhere else."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from voicebot.store.review_tables import reviewed_scores, reviews
from voicebot.store.score_tables import scores, verdicts


def _scores() -> sa.Subquery:
    """Columns of `scores`; total, compliance, fatal and dimensions after review."""
    is_reviewed = reviewed_scores.c.score_id.is_not(None)
    decided = [
        sa.case((is_reviewed, reviewed_scores.c[name]), else_=scores.c[name]).label(name)
        for name in ("total", "compliance", "fatal", "dimensions")
    ]
    kept = [scores.c[name] for name in ("id", "call_id", "scorecard", "current", "scored_at", "kind", "intent")]
    joined = scores.outerjoin(reviewed_scores, reviewed_scores.c.score_id == scores.c.id)
    return sa.select(*kept, *decided).select_from(joined).subquery("scores_in_force")


def _verdicts() -> sa.Subquery:
    """score_id, item, place and the answer after review; blind reviews change nothing."""
    same_item = (reviews.c.call_id, reviews.c.scorecard, reviews.c.item)
    last = sa.select(sa.func.max(reviews.c.id)).where(~reviews.c.blind).group_by(*same_item)
    decided = sa.select(*same_item, reviews.c.answer).where(reviews.c.id.in_(last)).subquery("decided")
    about = sa.and_(
        decided.c.call_id == scores.c.call_id,
        decided.c.scorecard == scores.c.scorecard,
        decided.c.item == verdicts.c.item,
    )
    joined = verdicts.join(scores, scores.c.id == verdicts.c.score_id).outerjoin(decided, about)
    answer = sa.func.coalesce(decided.c.answer, verdicts.c.answer).label("answer")
    kept = (verdicts.c.score_id, verdicts.c.item, verdicts.c.place)
    return sa.select(*kept, answer).select_from(joined).subquery("verdicts_in_force")


scores_in_force: Final = _scores()
verdicts_in_force: Final = _verdicts()
