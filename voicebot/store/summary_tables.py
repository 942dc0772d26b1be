"""What each call came to, in sentences that point to its turns."""

from __future__ import annotations

import sqlalchemy as sa

from voicebot.store.tables import Json, UtcDateTime, metadata

call_summaries = sa.Table(
    "call_summaries",
    metadata,
    sa.Column("call_id", sa.ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("summary", Json, nullable=False),
)
