"""Quality review: scorecards as they were used, scores and verdicts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "scorecards",
        sa.Column("hash", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("first_used_at", TIME, nullable=False),
    )
    op.create_table(
        "scores",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("call_id", sa.Text(), sa.ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
        sa.Column("scorecard", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("scorecard_hash", sa.Text(), sa.ForeignKey("scorecards.hash")),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("scored_at", TIME, nullable=False),
        sa.Column("total", sa.Float()),
        sa.Column("without_veto", sa.Float()),
        sa.Column("compliance", sa.Float()),
        sa.Column("fatal", JSON, nullable=False),
        sa.Column("decided", sa.Float(), nullable=False),
        sa.Column("dimensions", JSON, nullable=False),
        sa.Column("not_scorable", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text()),
        sa.Column("facts", JSON, nullable=False),
    )
    op.create_index("ix_scores_call_id", "scores", ["call_id"])
    op.create_index("ix_scores_scored_at", "scores", ["scored_at"])
    op.create_index("ix_scores_intent", "scores", ["intent"])
    op.create_table(
        "verdicts",
        sa.Column("score_id", sa.Text(), sa.ForeignKey("scores.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("item", sa.Text(), primary_key=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("points", sa.Float(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", JSON, nullable=False),
    )
