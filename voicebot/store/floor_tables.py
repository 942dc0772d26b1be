"""Tables of the floor: who waited for whom, who was rung and what came of it, what agents were shown."""

from __future__ import annotations

import sqlalchemy as sa

from voicebot.store.tables import Json, SerialId, UtcDateTime, metadata

offers = sa.Table(
    "offers",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("call_id", sa.ForeignKey("calls.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("agent_id", sa.Text, nullable=False, index=True),
    sa.Column("skill", sa.Text, nullable=False),
    sa.Column("dialect", sa.Text, nullable=False),
    sa.Column("dialect_matched", sa.Boolean, nullable=False),
    sa.Column("offered_at", UtcDateTime, nullable=False),
    sa.Column("waited_s", sa.Float, nullable=False),
    sa.Column("reasons", Json, nullable=False),
    sa.Column("price", Json, nullable=False),
    sa.Column("alternatives", Json, nullable=False),
    sa.Column("whisper", sa.Text, nullable=False),
    sa.Column("answered_at", UtcDateTime),
    sa.Column("joined_at", UtcDateTime),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("fate", sa.Text),
)

queue_visits = sa.Table(
    "queue_visits",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("call_id", sa.ForeignKey("calls.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("skill", sa.Text, nullable=False),
    sa.Column("dialects", Json, nullable=False),
    sa.Column("requested_dialect", sa.Text),
    sa.Column("value", sa.Float, nullable=False),
    sa.Column("emotion", sa.Float, nullable=False),
    sa.Column("entered_at", UtcDateTime, nullable=False, index=True),
    sa.Column("left_at", UtcDateTime),
    sa.Column("left_to", sa.Text),
)

handover_packets = sa.Table(
    "handover_packets",
    metadata,
    sa.Column("id", SerialId, primary_key=True),
    sa.Column("call_id", sa.ForeignKey("calls.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("to_agent", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("packet", Json, nullable=False),
)

whisper_prompts = sa.Table(
    "whisper_prompts",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("call_id", sa.ForeignKey("calls.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("agent_id", sa.Text, nullable=False),
    sa.Column("at_ms", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("helped", sa.Boolean),
)

presence_log = sa.Table(
    "presence_log",
    metadata,
    sa.Column("id", SerialId, primary_key=True),
    sa.Column("node", sa.Text, nullable=False),
    sa.Column("agent_id", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("presence", sa.Text, nullable=False),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Index("ix_presence_log_agent_id_at", "agent_id", "at"),
)

wrap_ups = sa.Table(
    "wrap_ups",
    metadata,
    sa.Column("call_id", sa.ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("agent_id", sa.Text, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("disposition", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("confirmed", sa.Boolean, nullable=False),
)

note_drafts = sa.Table(
    "note_drafts",
    metadata,
    sa.Column("call_id", sa.ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("agent_id", sa.Text, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)

shadow_differences = sa.Table(
    "shadow_differences",
    metadata,
    sa.Column("id", SerialId, primary_key=True),
    sa.Column("call_id", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("live_agent", sa.Text),
    sa.Column("shadow_agent", sa.Text),
    sa.Column("reasons", Json, nullable=False),
)
