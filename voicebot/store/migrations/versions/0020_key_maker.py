"""A key tells who made it.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("created_by", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("api_keys", "created_by")
