"""The tables, as the code sees them. migrations/ builds them; a test holds the two together."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in, aware datetimes in UTC out, also on SQLite, which knows no time zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; the store takes aware datetimes only")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        stored: datetime = value
        return stored.replace(tzinfo=UTC) if stored.tzinfo is None else stored.astimezone(UTC)


class Fen(TypeDecorator[Decimal]):
    """Yuan as Decimal in the code, whole fen in the database: exact everywhere."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> int | None:
        return None if value is None else int((value * 100).to_integral_value())

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


Json = sa.JSON().with_variant(JSONB(), "postgresql")
SerialId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite numbers only INTEGER keys by itself

metadata = sa.MetaData()

calls = sa.Table(
    "calls",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("node", sa.Text, nullable=False),
    sa.Column("leg_id", sa.Text, nullable=False),
    sa.Column("direction", sa.Text, nullable=False),
    sa.Column("caller_number", sa.Text, nullable=False, index=True),
    sa.Column("caller_label", sa.Text, nullable=False),
    sa.Column("called_number", sa.Text, nullable=False),
    sa.Column("region_province", sa.Text),
    sa.Column("region_city", sa.Text),
    sa.Column("dialect_prior", Json, nullable=False),
    sa.Column("dialects", Json, nullable=False, server_default="{}"),
    sa.Column("customer_number", sa.Text),
    sa.Column("language", sa.Text),
    sa.Column("started_at", UtcDateTime, nullable=False, index=True),
    sa.Column("answered_at", UtcDateTime),
    sa.Column("ended_at", UtcDateTime, index=True),
    sa.Column("outcome", sa.Text),
    sa.Column("end_reason", sa.Text),
    sa.Column("recording_path", sa.Text),
    sa.Column("quality", Json, nullable=False),
    sa.Column("agent_id", sa.Text, index=True),
    sa.Column("team", sa.Text),
    sa.Column("disposition", sa.Text),
    # What qa has done with the call: looked for every other second, and by the index only what is left is looked at.
    sa.Column("scored", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("summarised", sa.Boolean, nullable=False, server_default=sa.false()),
)
for _done in (calls.c.scored, calls.c.summarised):
    _left = sa.not_(_done)
    sa.Index(f"ix_calls_not_{_done.name}", calls.c.ended_at, sqlite_where=_left, postgresql_where=_left)

turns = sa.Table(
    "turns",
    metadata,
    sa.Column("id", SerialId, primary_key=True),
    sa.Column("call_id", sa.ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("raw_text", sa.Text),
    sa.Column("language", sa.Text),
    sa.Column("intent", sa.Text),
    sa.Column("intent_confidence", sa.Float),
    sa.Column("emotion", sa.Text),
    sa.Column("slots", Json, nullable=False),
    sa.Column("started_ms", sa.Integer, nullable=False),
    sa.Column("ended_ms", sa.Integer, nullable=False),
    sa.Column("reply_latency_ms", sa.Integer),
    sa.Column("asr_confidence", sa.Float),
    sa.Column("heard_text", sa.Text),
    sa.Column("detail", Json, nullable=False),
    sa.UniqueConstraint("call_id", "seq", name="uq_turns_call_id_seq"),
)

tasks = sa.Table(
    "tasks",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("call_id", sa.ForeignKey("calls.id", ondelete="SET NULL"), index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("customer_number", sa.Text, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("payload", Json, nullable=False),
    sa.Column("due_at", UtcDateTime),
    sa.Column("status", sa.Text, nullable=False, index=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("done_at", UtcDateTime),
    sa.Column("broken_at", UtcDateTime),
)

customers = sa.Table(
    "customers",
    metadata,
    sa.Column("number", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("surname", sa.Text, nullable=False),
    sa.Column("salutation", sa.Text, nullable=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("tags", Json, nullable=False),
    sa.Column("dialect", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)

orders = sa.Table(
    "orders",
    metadata,
    sa.Column("order_number", sa.Text, primary_key=True),
    sa.Column("customer_number", sa.Text, nullable=False, index=True),
    sa.Column("product", sa.Text, nullable=False),
    sa.Column("amount", Fen, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("ordered_on", sa.Date, nullable=False),
    sa.Column("expected_on", sa.Date),
    sa.Column("carrier", sa.Text, nullable=False),
    sa.Column("tracking", sa.Text, nullable=False),
    sa.Column("address_city", sa.Text, nullable=False),
    sa.Column("returnable_until", sa.Date),
    sa.Column("invoice", sa.Text, nullable=False),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", SerialId, primary_key=True),
    sa.Column("node", sa.Text, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Index("ix_outbox_node_id", "node", "id"),
    sqlite_autoincrement=True,  # ids of deleted rows never come back, so order by id is order of writing
)
