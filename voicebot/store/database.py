"""The engine under the store: SQLite or PostgreSQL, transactions that wait out locks and restarts, migrations."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    SQLAlchemyError,
)

T = TypeVar("T")
MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x766F6963  # any number, the same in every process: "voic"
_ALEMBIC = threading.Lock()
"""Alembic keeps its context in module globals: one migration at a time in a process."""
_BUSY_S = 1.0
_ANOTHER_OUTAGE_S = 60.0
"""Nobody asked for so long: what was known of the last outage tells nothing about this one."""


class StoreError(Exception):
    """The database cannot do its work. The message names the database and the remedy."""


class StoreRefuses(StoreError):
    """The database is there and refuses what it was given: it would refuse it again."""


class _Outage:
    """How long the database has been away. Only who is there when it begins waits: whoever comes later finds out at
    once, or each would wait behind all the others."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._since: float | None = None
        self._latest = 0.0
        self._lock = threading.Lock()

    def give_up_at(self, now: float) -> float:
        """For who did not reach it just now."""
        with self._lock:
            if self._since is None or now - self._latest > _ANOTHER_OUTAGE_S:
                self._since = now
            self._latest = now
            return self._since + self._patience_s

    def over(self) -> None:
        with self._lock:
            self._since = None


class Database:
    """Runs units of work, each in one transaction. Blocking: meant for the store's own threads."""

    def __init__(self, url: str, *, patience_s: float = 10.0, connections: int = 1) -> None:
        """connections: how many threads work at once."""
        self._outages = {write: _Outage(patience_s) for write in (False, True)}  # SQLite reads while another writes
        self._url = _parse(url)
        self._engine = (_sqlite if self.is_sqlite else _postgresql)(self._url, connections)

    @property
    def is_sqlite(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    @property
    def name(self) -> str:
        """The database as messages name it, without its password."""
        return (self._url.database or ":memory:") if self.is_sqlite else self._url.render_as_string()

    def read(self, work: Callable[[Connection], T]) -> T:
        return self._with_patience(work, write=False)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction that is on disk when this returns.

        A locked or unreachable database is waited for; StoreError once it has been away for `patience_s`, or at once
        when waiting does not help (full disk, no permission, not a database). `work` may run more than once.
        """
        return self._with_patience(work, write=True)

    def migrate(self) -> None:
        """Bring the schema to this version's. Several processes may start at once: one does the work."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))

        def upgrade(connection: Connection) -> None:
            if not self.is_sqlite:  # SQLite's write lock is held already
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

        with _ALEMBIC:
            self.write(upgrade)

    def is_current(self) -> bool:
        """Whether the schema is this version's. Changes nothing."""
        newest = ScriptDirectory(str(MIGRATIONS)).get_current_head()
        return self.read(lambda each: MigrationContext.configure(each).get_current_revision()) == newest

    def close(self) -> None:
        self._engine.dispose()

    def _with_patience(self, work: Callable[[Connection], T], *, write: bool) -> T:
        pause_s = 0.02
        while True:
            committing = False
            try:
                with self._engine.connect().execution_options(write=write) as connection:
                    result = work(connection)
                    committing = True
                    connection.commit()
                    self._outages[write].over()
                    return result
            except DBAPIError as error:
                # A connection lost in commit may have committed: running `work` again could do it twice.
                unsure = committing and not self.is_sqlite
                if not _passes_by_waiting(error) or unsure:
                    raise self._explained(error) from error
                now = time.monotonic()
                if now + pause_s > self._outages[write].give_up_at(now):
                    raise self._explained(error) from error
            except SQLAlchemyError as error:
                raise StoreError(f"{self.name}: {error}") from error
            time.sleep(pause_s * random.uniform(0.5, 1.0))
            pause_s = min(pause_s * 2, 1.0)

    def _explained(self, error: DBAPIError) -> StoreError:
        text = str(error.orig).strip() or type(error.orig).__name__
        if isinstance(error, DataError | IntegrityError):
            return StoreRefuses(f"{self.name}: {text}")
        for sign, remedy in _REMEDIES.items():
            if sign in text.lower():
                return StoreError(f"{self.name}: {text}; {remedy}")
        return StoreError(f"{self.name}: {text}")


_REMEDIES = {
    "locked": "another program holds the database: end it (`fuser FILE` shows it) and try again",
    "disk is full": "the disk is full: free some space, calls are stored again as soon as there is room",
    "no space left": "the disk is full: free some space, calls are stored again as soon as there is room",
    "disk i/o error": "the disk cannot be written: check its space and health",
    "readonly": "the file or its folder is read-only: give this user the right to write there",
    "unable to open": "the folder is missing or not writable: check `data_dir` and `store.url`",
    "not a database": "the file is something else: move it away or set `store.url` to another one",
    "password authentication": "user or password is wrong: check `store.url`",
    "does not exist": "create the database, or check `store.url`",
    "connection": "start PostgreSQL there, or check host and port in `store.url`",
}


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError("store.url: not a database URL; write sqlite:///path or postgresql+psycopg://…") from error
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(f"store.url: {parsed.drivername} is not supported; use sqlite or postgresql+psycopg")
    return parsed


def _postgresql(url: URL, connections: int) -> Engine:
    try:
        return sa.create_engine(
            url, pool_size=connections, max_overflow=1, pool_pre_ping=True, connect_args={"connect_timeout": 5}
        )
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise StoreError("store.url: PostgreSQL needs psycopg; pip install 'voicebot[postgres]'") from error


def _sqlite(url: URL, connections: int) -> Engine:
    engine = sa.create_engine(
        url, connect_args={"timeout": _BUSY_S}, poolclass=sa.pool.QueuePool, pool_size=connections, max_overflow=0
    )

    @sa.event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # BEGIN is ours to send, see below
        # WAL: readers never wait for the writer. FULL: a committed turn survives a power cut as well.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A write takes its lock first, where waiting is possible; in mid-transaction SQLite refuses at once.
        write = connection.get_execution_options().get("write", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _passes_by_waiting(error: DBAPIError) -> bool:
    if isinstance(error.orig, sqlite3.OperationalError):
        return "locked" in str(error.orig)
    if error.connection_invalidated:
        return True
    # PostgreSQL: class 08 connection, 40 serialization and deadlock, 57P starting up or shutting down.
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(("08", "40", "57P"))
    return "connection" in str(error.orig).lower() and "password" not in str(error.orig)
