"""What was measured in a call's recording: kept so that the call can be scored again when the audio is long gone."""

from __future__ import annotations

import sqlalchemy as sa

from voicebot.store.tables import Json, UtcDateTime, metadata

call_measures = sa.Table(
    "call_measures",
    metadata,
    sa.Column("call_id", sa.ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("measured_at", UtcDateTime, nullable=False),
    sa.Column("measures", Json, nullable=False),
)
