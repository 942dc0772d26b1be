"""Where a recording is silent though somebody spoke."""

from __future__ import annotations

import sqlalchemy as sa

from voicebot.store.tables import SerialId, UtcDateTime, metadata

recording_gaps = sa.Table(
    "recording_gaps",
    metadata,
    sa.Column("id", SerialId, primary_key=True),
    sa.Column("call_id", sa.ForeignKey("calls.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("from_ms", sa.Integer, nullable=False),
    sa.Column("to_ms", sa.Integer),
    sa.Column("silenced_at", UtcDateTime),
    sa.Index("ix_recording_gaps_cause_silenced_at", "cause", "silenced_at"),
)
