"""What people's reviews make of the totals, so that lists and reports can go by it.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "reviewed_scores",
        sa.Column("score_id", sa.Text(), sa.ForeignKey("scores.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("total", sa.Float()),
        sa.Column("compliance", sa.Float()),
        sa.Column("fatal", JSON, nullable=False),
        sa.Column("dimensions", JSON, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("reviewed_scores")
