"""Tables of quality review: scorecards as they were used, and what calls were scored with them."""

from __future__ import annotations

import sqlalchemy as sa

from voicebot.store.tables import Json, UtcDateTime, metadata

scorecards = sa.Table(
    "scorecards",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("first_used_at", UtcDateTime, nullable=False),
)

scores = sa.Table(
    "scores",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # of the call and the scorecard's text: the same when scored again
    sa.Column("call_id", sa.ForeignKey("calls.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("scorecard", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("scorecard_hash", sa.ForeignKey("scorecards.hash")),  # NULL: no scorecard applied
    sa.Column("current", sa.Boolean, nullable=False),
    sa.Column("scored_at", UtcDateTime, nullable=False, index=True),
    sa.Column("total", sa.Float),
    sa.Column("without_veto", sa.Float),
    sa.Column("compliance", sa.Float),
    sa.Column("fatal", Json, nullable=False),
    sa.Column("decided", sa.Float, nullable=False),
    sa.Column("dimensions", Json, nullable=False),
    sa.Column("not_scorable", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("intent", sa.Text, index=True),
    sa.Column("facts", Json, nullable=False),
)

verdicts = sa.Table(
    "verdicts",
    metadata,
    sa.Column("score_id", sa.ForeignKey("scores.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("item", sa.Text, primary_key=True),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("decided", sa.Text),  # what a person answered last in its place; follows from the reviews
    sa.Column("points", sa.Float, nullable=False),
    sa.Column("weight", sa.Float, nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("evidence", Json, nullable=False),
)
left_to_people = verdicts.c.answer == sa.literal_column("'unsure'")
"""Literally: for a parameter SQLite does not use the index of these few."""
sa.Index(
    "ix_verdicts_left_to_people", verdicts.c.score_id, sqlite_where=left_to_people, postgresql_where=left_to_people
)
