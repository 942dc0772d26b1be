"""What people answered about scores: reviews, what those make of the totals, appeals, blind samples, calibrations."""

from __future__ import annotations

import sqlalchemy as sa

from voicebot.store.tables import Json, SerialId, UtcDateTime, metadata


def _call_id(*, primary_key: bool = False) -> sa.Column[str]:
    reference = sa.ForeignKey("calls.id", ondelete="CASCADE")
    return sa.Column("call_id", reference, nullable=False, primary_key=primary_key, index=not primary_key)


samples = sa.Table(
    "review_samples",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("scorecard", sa.Text, nullable=False),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("raters", Json, nullable=False),
    sa.Column("drawn_at", UtcDateTime, nullable=False),
)

sampled_calls = sa.Table(
    "review_sample_calls",
    metadata,
    sa.Column("sample_id", sa.ForeignKey("review_samples.id", ondelete="CASCADE"), primary_key=True),
    _call_id(primary_key=True),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("stratum", sa.Text, nullable=False),
)

reviews = sa.Table(
    "reviews",
    metadata,
    sa.Column("id", SerialId, primary_key=True),
    _call_id(),
    sa.Column("scorecard", sa.Text, nullable=False),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("reviewer", sa.Text, nullable=False),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("reviewed_at", UtcDateTime, nullable=False),
    sa.Column("sample_id", sa.ForeignKey("review_samples.id", ondelete="SET NULL")),
    sa.Column("blind", sa.Boolean, nullable=False),
    sa.Column("machine_answer", sa.Text, nullable=False),
    sa.Column("machine_confidence", sa.Float, nullable=False),
    sa.Column("scorecard_hash", sa.Text, nullable=False),
)

reviewed_scores = sa.Table(
    "reviewed_scores",  # of reviewed calls alone: made again from verdicts and reviews whenever one of them changes
    metadata,
    sa.Column("score_id", sa.ForeignKey("scores.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("total", sa.Float),
    sa.Column("compliance", sa.Float),
    sa.Column("fatal", Json, nullable=False),
    sa.Column("dimensions", Json, nullable=False),
)

appeals = sa.Table(
    "appeals",
    metadata,
    sa.Column("id", SerialId, primary_key=True),
    _call_id(),
    sa.Column("scorecard", sa.Text, nullable=False),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("agent_id", sa.Text, nullable=False, index=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("appealed_at", UtcDateTime, nullable=False),
    sa.Column("status", sa.Text, nullable=False, index=True),
    sa.Column("answered_by", sa.Text),
    sa.Column("answered_at", UtcDateTime),
    sa.Column("comment", sa.Text),
)

calibrations = sa.Table(
    "calibrations",
    metadata,
    sa.Column("scorecard", sa.Text, primary_key=True),
    sa.Column("item", sa.Text, primary_key=True),
    sa.Column("calibrated_at", UtcDateTime, nullable=False),
    sa.Column("assist_only", sa.Boolean, nullable=False),
    sa.Column("figures", Json, nullable=False),
)
