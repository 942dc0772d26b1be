"""The floor: waits, offers and what came of them, handover packets, live prompts, presence, wrap-up."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def _call_id(*, primary_key: bool = False) -> sa.Column[str]:
    reference = sa.ForeignKey("calls.id", ondelete="CASCADE")
    return sa.Column("call_id", sa.Text(), reference, nullable=False, primary_key=primary_key)


def upgrade() -> None:
    with op.batch_alter_table("calls") as calls:
        calls.add_column(sa.Column("agent_id", sa.Text()))
        calls.add_column(sa.Column("team", sa.Text()))
        calls.add_column(sa.Column("disposition", sa.Text()))
    op.create_index("ix_calls_agent_id", "calls", ["agent_id"])
    op.create_table(
        "offers",
        sa.Column("id", sa.Text(), primary_key=True),
        _call_id(),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("dialect", sa.Text(), nullable=False),
        sa.Column("dialect_matched", sa.Boolean(), nullable=False),
        sa.Column("offered_at", TIME, nullable=False),
        sa.Column("waited_s", sa.Float(), nullable=False),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("price", JSON, nullable=False),
        sa.Column("alternatives", JSON, nullable=False),
        sa.Column("whisper", sa.Text(), nullable=False),
        sa.Column("answered_at", TIME),
        sa.Column("joined_at", TIME),
        sa.Column("ended_at", TIME),
        sa.Column("fate", sa.Text()),
    )
    op.create_index("ix_offers_call_id", "offers", ["call_id"])
    op.create_index("ix_offers_agent_id", "offers", ["agent_id"])
    op.create_table(
        "queue_visits",
        sa.Column("id", sa.Text(), primary_key=True),
        _call_id(),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("dialects", JSON, nullable=False),
        sa.Column("requested_dialect", sa.Text()),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("emotion", sa.Float(), nullable=False),
        sa.Column("entered_at", TIME, nullable=False),
        sa.Column("left_at", TIME),
        sa.Column("left_to", sa.Text()),
    )
    op.create_index("ix_queue_visits_call_id", "queue_visits", ["call_id"])
    op.create_index("ix_queue_visits_entered_at", "queue_visits", ["entered_at"])
    op.create_table(
        "handover_packets",
        sa.Column("id", SERIAL, primary_key=True),
        _call_id(),
        sa.Column("to_agent", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("packet", JSON, nullable=False),
    )
    op.create_index("ix_handover_packets_call_id", "handover_packets", ["call_id"])
    op.create_table(
        "whisper_prompts",
        sa.Column("id", sa.Text(), primary_key=True),
        _call_id(),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("helped", sa.Boolean()),
    )
    op.create_index("ix_whisper_prompts_call_id", "whisper_prompts", ["call_id"])
    op.create_table(
        "presence_log",
        sa.Column("id", SERIAL, primary_key=True),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("presence", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
    )
    op.create_index("ix_presence_log_agent_id_at", "presence_log", ["agent_id", "at"])
    op.create_table(
        "wrap_ups",
        _call_id(primary_key=True),
        sa.Column("agent_id", sa.Text(), primary_key=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "shadow_differences",
        sa.Column("id", SERIAL, primary_key=True),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("live_agent", sa.Text()),
        sa.Column("shadow_agent", sa.Text()),
        sa.Column("reasons", JSON, nullable=False),
    )
    op.create_index("ix_shadow_differences_at", "shadow_differences", ["at"])


def downgrade() -> None:
    for table in (
        "shadow_differences",
        "wrap_ups",
        "presence_log",
        "whisper_prompts",
        "handover_packets",
        "queue_visits",
        "offers",
    ):
        op.drop_table(table)
    op.drop_index("ix_calls_agent_id", "calls")
    with op.batch_alter_table("calls") as calls:
        for column in ("disposition", "team", "agent_id"):
            calls.drop_column(column)
