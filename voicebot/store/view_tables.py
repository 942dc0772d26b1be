"""Table of the views that people have saved in the console's list of calls."""

from __future__ import annotations

import sqlalchemy as sa

from voicebot.store.tables import UtcDateTime, metadata

saved_views = sa.Table(
    "saved_views",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("query", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("owner", "name", name="uq_saved_views_owner_name"),
)
