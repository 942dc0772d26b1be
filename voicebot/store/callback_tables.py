"""Callbacks that the system keeps by itself: who waits for one, in which place, and how often it was tried."""

from __future__ import annotations

import sqlalchemy as sa

from voicebot.store.tables import Json, UtcDateTime, metadata

callbacks = sa.Table(
    "callbacks",
    metadata,
    sa.Column("task_id", sa.ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("node", sa.Text, nullable=False, index=True),
    sa.Column("skill", sa.Text, nullable=False),
    sa.Column("dialects", Json, nullable=False),
    sa.Column("requested_dialect", sa.Text),
    sa.Column("value", sa.Float, nullable=False),
    sa.Column("emotion", sa.Float, nullable=False),
    sa.Column("waiting_since", UtcDateTime, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_at", UtcDateTime),
)
