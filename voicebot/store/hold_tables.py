"""Calls that must be kept, whatever their age: a dispute, an inquiry."""

from __future__ import annotations

import sqlalchemy as sa

from voicebot.store.tables import UtcDateTime, metadata

legal_holds = sa.Table(
    "legal_holds",
    metadata,
    # No cascade: the database itself refuses to delete a call that is held.
    sa.Column("call_id", sa.ForeignKey("calls.id"), primary_key=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)
