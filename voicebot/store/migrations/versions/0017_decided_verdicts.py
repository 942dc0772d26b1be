"""What a person answered last stands beside each verdict, so that lists and reports need not look for it.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("verdicts", sa.Column("decided", sa.Text()))
    op.execute(
        """
        UPDATE verdicts SET decided = (
            SELECT reviews.answer FROM reviews JOIN scores
            ON scores.call_id = reviews.call_id AND scores.scorecard = reviews.scorecard
            WHERE scores.id = verdicts.score_id AND reviews.item = verdicts.item AND NOT reviews.blind
            ORDER BY reviews.id DESC LIMIT 1
        ) WHERE score_id IN (
            SELECT scores.id FROM scores JOIN reviews
            ON scores.call_id = reviews.call_id AND scores.scorecard = reviews.scorecard
        )
        """
    )


def downgrade() -> None:
    op.drop_column("verdicts", "decided")
