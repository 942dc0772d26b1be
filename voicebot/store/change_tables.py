"""Table of the changes of the company's files: every version that was ever published, and by whom."""

from __future__ import annotations

import sqlalchemy as sa

from voicebot.store.tables import SerialId, UtcDateTime, metadata

company_changes = sa.Table(
    "company_changes",
    metadata,
    sa.Column("id", SerialId, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("author_name", sa.Text, nullable=False),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False, index=True),
    sa.Column("before", sa.Text),
    sa.Column("after", sa.Text),
    sa.Column("restores", sa.BigInteger),
    sqlite_autoincrement=True,
)
