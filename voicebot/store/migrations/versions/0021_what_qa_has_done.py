"""A call tells whether it is scored and summarised, so that what is left is found without looking at all calls.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

DONE = {"scored": "scores", "summarised": "call_summaries"}


def upgrade() -> None:
    for column, made in DONE.items():
        op.add_column("calls", sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false()))
        op.execute(f"UPDATE calls SET {column} = true WHERE id IN (SELECT call_id FROM {made})")
        left = sa.not_(sa.column(column, sa.Boolean()))
        op.create_index(f"ix_calls_not_{column}", "calls", ["ended_at"], sqlite_where=left, postgresql_where=left)
    op.create_index("ix_recording_gaps_cause_silenced_at", "recording_gaps", ["cause", "silenced_at"])


def downgrade() -> None:
    op.drop_index("ix_recording_gaps_cause_silenced_at", "recording_gaps")
    for column in DONE:
        op.drop_index(f"ix_calls_not_{column}", "calls")
        op.drop_column("calls", column)
