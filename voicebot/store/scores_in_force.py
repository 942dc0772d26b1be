"""Scores and verdicts as they stand: what people decided where they did, what the system said everywhere else."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from voicebot.store.review_tables import reviewed_scores
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
    """score_id, item, place and the answer after review."""
    answer = sa.func.coalesce(verdicts.c.decided, verdicts.c.answer).label("answer")
    return sa.select(verdicts.c.score_id, verdicts.c.item, verdicts.c.place, answer).subquery("verdicts_in_force")


scores_in_force: Final = _scores()
verdicts_in_force: Final = _verdicts()
