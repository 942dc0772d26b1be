"""Takes calls, or what was said in them, out of the store and off the disk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from voicebot.privacy.data_map import HOLDINGS, NamesCall, OfCall, Outbox, table
from voicebot.store import tables
from voicebot.store.hold_tables import legal_holds

MOST_AT_ONCE = 200
"""Calls a statement: parameters are limited, and other writers wait meanwhile."""


def is_held(call_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    return sa.exists().where(legal_holds.c.call_id == call_id)


def delete_files(recordings: Iterable[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Paths of those that are not there; path of each that cannot be deleted -> why."""
    missing, stuck = [], {}
    for path in recordings:
        try:
            if not _delete_file(Path(path)):
                missing.append(path)
        except OSError as error:
            stuck[path] = error.strerror or str(error)
    return tuple(missing), stuck


def _delete_file(recording: Path) -> bool:
    """Whether there was one. What a broken silencing left beside it goes as well."""
    recording.with_suffix(".silencing").unlink(missing_ok=True)
    found = recording.exists()
    recording.unlink(missing_ok=True)
    return found


def rows_of_calls(connection: Connection, call_ids: Sequence[str], *, words_only: bool = False) -> dict[str, int]:
    """How many rows each table holds of these calls, the calls' own not among them."""
    counts = {}
    for name, condition in _conditions(call_ids, words_only=words_only):
        count = sa.select(sa.func.count()).select_from(table(name)).where(condition)
        counts[name] = connection.execute(count).scalar_one()
    return counts


def delete_rows_of_calls(connection: Connection, call_ids: Sequence[str], *, words_only: bool = False) -> None:
    """words_only: what was said goes, and the call's other rows stay."""
    overwrite_deleted(connection)
    for name, condition in _conditions(call_ids, words_only=words_only):
        holding = HOLDINGS[name]
        blank = holding.blank if words_only and isinstance(holding, OfCall) else None
        change = sa.update(table(name)).values(blank) if blank else sa.delete(table(name))
        connection.execute(change.where(condition))
    if not words_only:
        connection.execute(sa.delete(tables.calls).where(tables.calls.c.id.in_(call_ids)))


def overwrite_deleted(connection: Connection) -> None:
    """For a transaction that deletes: SQLite would leave the rows readable in free pages of its file.

    Its word index does so until `forget_words`; that this is due stays noted in the file, whatever is broken off.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
        _note_forgotten(connection, False)


def forget_words(connection: Connection) -> None:
    """Merge the parts of the word index, which keeps what was deleted until then; nothing where none is due.

    It takes as long as the index is large, and writers wait.
    """
    if connection.dialect.name == "sqlite" and not connection.exec_driver_sql("PRAGMA user_version").scalar_one():
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
        connection.exec_driver_sql("INSERT INTO turn_search(turn_search) VALUES ('optimize')")
        _note_forgotten(connection, True)


def _note_forgotten(connection: Connection, forgotten: bool) -> None:
    """In the number that SQLite keeps in the file for its user, and by transaction; new files have 0: not forgotten."""
    connection.exec_driver_sql(f"PRAGMA user_version = {int(forgotten)}")


def _conditions(call_ids: Sequence[str], *, words_only: bool) -> Iterable[tuple[str, sa.ColumnElement[bool]]]:
    for name, holding in HOLDINGS.items():
        match holding:
            case OfCall(words=words) if words or not words_only:
                yield name, _of_calls(table(name), call_ids)
            case NamesCall(column=column) if not words_only:
                yield name, table(name).c[column].in_(call_ids)
            case Outbox() if not words_only:
                topic = tables.outbox.c.topic
                yield name, sa.or_(*(topic.like(f"%/calls/{call_id}/%") for call_id in call_ids))
            case _:
                pass


def _of_calls(of: sa.Table, call_ids: Sequence[str]) -> sa.ColumnElement[bool]:
    """Rows whose foreign key leads to these calls, by way of another table where need be."""
    for key in of.foreign_keys:
        if key.column is tables.calls.c.id:
            return key.parent.in_(call_ids)
    for key in of.foreign_keys:
        parent = key.column.table
        if isinstance(HOLDINGS.get(parent.name), OfCall):
            return key.parent.in_(sa.select(key.column).where(_of_calls(parent, call_ids)))
    raise LookupError(f"no foreign key of {of.name} leads to a call")
