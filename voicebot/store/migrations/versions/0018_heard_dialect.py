"""What a caller is believed to speak by everything heard in the call stands with the call, so that it can be found by.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
BELIEVED = {
    "sqlite": "json_extract(turns.detail, '$.dialect.likeliest')",
    "postgresql": "turns.detail->'dialect'->'likeliest'",
}


def upgrade() -> None:
    believed = BELIEVED[op.get_bind().dialect.name]
    op.add_column("calls", sa.Column("dialects", JSON, nullable=False, server_default="{}"))
    op.execute(
        f"""
        UPDATE calls SET dialects = COALESCE((
            SELECT {believed} FROM turns
            WHERE turns.call_id = calls.id AND turns.role = 'caller' AND {believed} IS NOT NULL
            ORDER BY turns.seq DESC LIMIT 1
        ), dialect_prior)
        """
    )


def downgrade() -> None:
    op.drop_column("calls", "dialects")
