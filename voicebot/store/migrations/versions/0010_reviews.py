"""People over the scores: reviews, appeals, blind samples, calibrations of items.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "review_samples",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("scorecard", sa.Text(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("raters", JSON, nullable=False),
        sa.Column("drawn_at", TIME, nullable=False),
    )
    op.create_table(
        "review_sample_calls",
        sa.Column("sample_id", sa.Text(), sa.ForeignKey("review_samples.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("call_id", sa.Text(), sa.ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("stratum", sa.Text(), nullable=False),
    )
    op.create_table(
        "reviews",
        sa.Column("id", SERIAL, primary_key=True),
        sa.Column("call_id", sa.Text(), sa.ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
        sa.Column("scorecard", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("reviewed_at", TIME, nullable=False),
        sa.Column("sample_id", sa.Text(), sa.ForeignKey("review_samples.id", ondelete="SET NULL")),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("machine_answer", sa.Text(), nullable=False),
        sa.Column("machine_confidence", sa.Float(), nullable=False),
        sa.Column("scorecard_hash", sa.Text(), nullable=False),
    )
    op.create_index("ix_reviews_call_id", "reviews", ["call_id"])
    op.create_table(
        "appeals",
        sa.Column("id", SERIAL, primary_key=True),
        sa.Column("call_id", sa.Text(), sa.ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
        sa.Column("scorecard", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("appealed_at", TIME, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text()),
        sa.Column("answered_at", TIME),
        sa.Column("comment", sa.Text()),
    )
    for column in ("call_id", "agent_id", "status"):
        op.create_index(f"ix_appeals_{column}", "appeals", [column])
    op.create_table(
        "calibrations",
        sa.Column("scorecard", sa.Text(), primary_key=True),
        sa.Column("item", sa.Text(), primary_key=True),
        sa.Column("calibrated_at", TIME, nullable=False),
        sa.Column("assist_only", sa.Boolean(), nullable=False),
        sa.Column("figures", JSON, nullable=False),
    )


def downgrade() -> None:
    for table in ("calibrations", "appeals", "reviews", "review_sample_calls", "review_samples"):
        op.drop_table(table)
