"""What is left to people is found without looking at all verdicts, old calls without looking at all calls.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

LEFT_TO_PEOPLE = sa.text("answer = 'unsure'")


def upgrade() -> None:
    op.create_index(
        "ix_verdicts_left_to_people",
        "verdicts",
        ["score_id"],
        sqlite_where=LEFT_TO_PEOPLE,
        postgresql_where=LEFT_TO_PEOPLE,
    )
    op.create_index("ix_calls_ended_at", "calls", ["ended_at"])


def downgrade() -> None:
    op.drop_index("ix_calls_ended_at", "calls")
    op.drop_index("ix_verdicts_left_to_people", "verdicts")
