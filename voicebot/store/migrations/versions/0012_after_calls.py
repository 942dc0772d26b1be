"""After a call: where its recording is silent, what it came to, and whether promises were kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "recording_gaps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("call_id", sa.Text(), sa.ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("from_ms", sa.Integer(), nullable=False),
        sa.Column("to_ms", sa.Integer()),
        sa.Column("silenced_at", TIME),
    )
    op.create_index("ix_recording_gaps_call_id", "recording_gaps", ["call_id"])
    op.create_table(
        "call_summaries",
        sa.Column("call_id", sa.Text(), sa.ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("summary", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
    )
    op.add_column("tasks", sa.Column("done_at", TIME))
    op.add_column("tasks", sa.Column("broken_at", TIME))


def downgrade() -> None:
    with op.batch_alter_table("tasks") as tasks:
        tasks.drop_column("broken_at")
        tasks.drop_column("done_at")
    op.drop_table("call_summaries")
    op.drop_table("recording_gaps")
