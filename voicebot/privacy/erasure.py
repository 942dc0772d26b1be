"""Erasing a customer: every row and file that belongs to their number, and their number where others mentioned it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from voicebot.masking import mask
from voicebot.privacy.audit import append
from voicebot.privacy.data_map import HOLDINGS, OfNumber, table
from voicebot.privacy.deleting import (
    MOST_AT_ONCE,
    delete_files,
    delete_rows_of_calls,
    forget_words,
    is_held,
    overwrite_deleted,
    rows_of_calls,
)
from voicebot.store import tables
from voicebot.store.store import Store

_ERASED: Final = "***"
_MENTIONS: Final = {
    "turns": ("text", "raw_text", "heard_text", "slots", "detail"),
    "tasks": ("summary", "payload"),
    "handover_packets": ("packet",),
    "saved_views": ("query",),
}
"""Columns in which somebody else's call, task or saved filter may hold the number."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What goes, or went. Held calls and calls that are going on stay."""

    number: str
    calls: tuple[str, ...]
    recordings: tuple[str, ...]
    """Paths."""
    rows: Mapping[str, int]
    """By table."""
    mentions: Mapping[str, int]
    """Rows of others in which the number is overwritten."""
    held: tuple[str, ...]
    going_on: tuple[str, ...]
    missing_recordings: tuple[str, ...] = field(default=())
    """Paths that are not on this machine."""
    not_deleted: Mapping[str, str] = field(default_factory=dict)
    """Path of a recording that could not be deleted -> why. Its call stays with it."""

    @property
    def masked_number(self) -> str:
        return mask(self.number)

    @property
    def complete(self) -> bool:
        return not (self.held or self.going_on or self.missing_recordings or self.not_deleted)


async def plan_erasure(store: Store, number: str) -> Erasure:
    """What `erase` would do. number: E.164. Changes nothing."""
    return await store.transact(lambda connection: _plan(connection, number))


async def erase(store: Store, number: str, *, actor: str, at: datetime) -> Erasure:
    """Erase the customer. Files go first, so that what a crash interrupts can be done again.

    A recording that cannot be deleted keeps its call. May raise StoreError.
    """
    plan = await plan_erasure(store, number)
    missing, stuck = await asyncio.to_thread(delete_files, plan.recordings)
    if stuck:
        plan = await store.transact(lambda connection: _plan(connection, number, stuck=stuck))
    erased = replace(plan, missing_recordings=missing, not_deleted=stuck)

    def work(connection: Connection) -> None:
        overwrite_deleted(connection)
        for start in range(0, len(plan.calls), MOST_AT_ONCE):
            delete_rows_of_calls(connection, plan.calls[start : start + MOST_AT_ONCE])
        for name, condition in _own_rows(number):
            connection.execute(sa.delete(table(name)).where(condition))
        _overwrite_mentions(connection, number)
        detail = {"calls": len(plan.calls), "recordings": len(plan.recordings), "kept": len(plan.held) + len(stuck)}
        append(connection, actor, "customer.erased", f"customer:{plan.masked_number}", detail, at=at)

    await store.transact(work)
    await store.transact(forget_words)
    return erased


def _plan(connection: Connection, number: str, *, stuck: Collection[str] = ()) -> Erasure:
    """stuck: recordings whose calls stay."""
    calls = tables.calls.c
    mine = sa.or_(*(calls[column] == number for column in _columns("calls")))
    query = sa.select(calls.id, calls.recording_path, calls.ended_at, is_held(calls.id).label("held")).where(mine)
    found = connection.execute(query.order_by(calls.started_at)).all()
    ended = [row for row in found if row.ended_at is not None and not row.held]
    going = [row for row in ended if row.recording_path not in stuck]
    ids = [row.id for row in going]
    rows = {"calls": len(ids)} if ids else {}
    for start in range(0, len(ids), MOST_AT_ONCE):
        for name, count in rows_of_calls(connection, ids[start : start + MOST_AT_ONCE]).items():
            rows[name] = rows.get(name, 0) + count
    for name, condition in _own_rows(number):
        counted = sa.select(sa.func.count()).select_from(table(name)).where(condition)
        rows[name] = connection.execute(counted).scalar_one()
    return Erasure(
        number=number,
        calls=tuple(ids),
        recordings=tuple(row.recording_path for row in going if row.recording_path),
        rows={name: count for name, count in rows.items() if count},
        mentions={name: len(ids) for name, ids in _mentioning(connection, number, besides=ids).items() if ids},
        held=tuple(row.id for row in found if row.held),
        going_on=tuple(row.id for row in found if row.ended_at is None and not row.held),
    )


def _columns(name: str) -> Sequence[str]:
    holding = HOLDINGS[name]
    assert isinstance(holding, OfNumber)
    return holding.columns


def _own_rows(number: str) -> list[tuple[str, sa.ColumnElement[bool]]]:
    """Rows of the number itself; those of calls go with their calls, and a held call keeps its tasks."""
    found = []
    for name, holding in HOLDINGS.items():
        if isinstance(holding, OfNumber) and name != "calls":
            rows = table(name)
            mine = sa.or_(*(rows.c[column] == number for column in holding.columns))
            found.append((name, sa.and_(mine, sa.not_(is_held(rows.c.call_id))) if "call_id" in rows.c else mine))
    return found


def _mentioning(connection: Connection, number: str, *, besides: Sequence[str] = ()) -> dict[str, list[Any]]:
    """Keys of rows that hold the number's digits, by table; those of held calls and of `besides` not among them."""
    digits = _digits(number)
    found = {}
    for name, columns in _MENTIONS.items():
        rows = table(name)
        mentions = sa.or_(*(sa.cast(rows.c[column], sa.Text).contains(digits) for column in columns))
        query = sa.select(rows.c.id).where(mentions)
        if "call_id" in rows.c:
            others = sa.or_(rows.c.call_id.is_(None), sa.not_(rows.c.call_id.in_(besides)))
            query = query.where(others, sa.not_(is_held(rows.c.call_id)))
        if name == "tasks":
            query = query.where(rows.c.customer_number != number)
        found[name] = list(connection.execute(query).scalars())
    return found


def _overwrite_mentions(connection: Connection, number: str) -> None:
    digits = _digits(number)
    for name, ids in _mentioning(connection, number).items():
        rows = table(name)
        for id in ids:
            row = connection.execute(sa.select(rows).where(rows.c.id == id)).mappings().one()
            changed = {column: _without(row[column], digits) for column in _MENTIONS[name]}
            connection.execute(sa.update(rows).where(rows.c.id == id).values(changed))


def _without(value: Any, digits: str) -> Any:
    if isinstance(value, str):
        return value.replace(digits, _ERASED)
    if isinstance(value, Mapping):
        return {key: _without(each, digits) for key, each in value.items()}
    return [_without(each, digits) for each in value] if isinstance(value, list) else value


def _digits(number: str) -> str:
    """As people write it in China: without the country code."""
    return number.removeprefix("+86").removeprefix("+")
