"""Accounts, sessions and failed attempts in the store."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from voicebot.accounts.account import Account, AccountError, check_role, differences, folded
from voicebot.accounts.endings import Endings
from voicebot.accounts.lockout import FORGOTTEN_AFTER, Delays, Failures, failed_again
from voicebot.accounts.sessions import Session, SessionLimits, token_hash
from voicebot.privacy.audit import append
from voicebot.store import rows
from voicebot.store.account_tables import accounts, sessions, sign_in_failures
from voicebot.store.store import Store


class AccountBook:
    """Every method may raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.endings = Endings()
        """Of sessions that end through this book."""

    async def add(self, account: Account) -> Account:
        """Raises AccountError for a name or an OpenID subject that another account has."""
        account = replace(account, id=account.id or secrets.token_hex(8), name=folded(account.name))
        check_role(account)

        def work(connection: Connection) -> bool:
            same = accounts.c.name == account.name
            if account.oidc_subject is not None:
                same |= accounts.c.oidc_subject == account.oidc_subject
            if connection.execute(sa.select(accounts.c.id).where(same)).first():
                return False
            connection.execute(accounts.insert().values(asdict(account)))
            return True

        if not await self._store.transact(work):
            raise AccountError(f"there is an account {account.name!r}, or one with this OpenID subject, already")
        return account

    async def add_first(self, account: Account) -> bool:
        """Add it only where there is no account yet: of two who try at once, one succeeds."""
        account = replace(account, id=secrets.token_hex(8), name=folded(account.name))

        def work(connection: Connection) -> bool:
            _one_at_a_time(connection, accounts)
            if connection.execute(sa.select(accounts.c.id).limit(1)).first():
                return False
            connection.execute(accounts.insert().values(asdict(account)))
            return True

        return await self._store.transact(work)

    async def is_empty(self) -> bool:
        return not await self._store.read(sa.select(accounts.c.id).limit(1))

    async def all(self) -> list[Account]:
        return [rows.record(Account, row) for row in await self._store.read(sa.select(accounts).order_by("name"))]

    async def by_id(self, account_id: str) -> Account | None:
        return await self._one(accounts.c.id == account_id)

    async def by_name(self, name: str) -> Account | None:
        """However it was typed; None also for what cannot be a name."""
        try:
            return await self._one(accounts.c.name == folded(name))
        except AccountError:
            return None

    async def by_subject(self, subject: str) -> Account | None:
        """The account of an OpenID subject."""
        return await self._one(accounts.c.oidc_subject == subject)

    async def set_password(self, account_id: str, password_hash: str) -> None:
        """Ends all sessions of the account: whoever knew the old password is out."""
        await self._change_and_sign_out(account_id, {"password_hash": password_hash})

    async def rehash(self, account_id: str, password_hash: str) -> None:
        """The same password, hashed anew."""
        await self._store.write(
            accounts.update().where(accounts.c.id == account_id).values(password_hash=password_hash)
        )

    async def set_disabled(self, account_id: str, disabled: bool) -> None:
        """Ends all sessions of the account. Raises AccountError for the last administrator."""
        await self._change_and_sign_out(account_id, {"disabled": disabled})

    async def change_standing(self, changed: Account, *, by: str, at: datetime) -> None:
        """Give somebody another role, other teams, another agent's id, and end their sessions. by: as the audit log
        names who does it, which notes it with the change. Raises AccountError, also for the last administrator.
        """
        check_role(changed)

        def work(connection: Connection) -> None:
            before = _locked(connection, changed.id)
            if not (what := differences(before, changed)):
                raise AccountError("nothing was changed")
            standing = {"role": changed.role, "teams": changed.teams, "agent_id": changed.agent_id}
            _change_and_sign_out(connection, before, standing)
            append(connection, by, "account.changed", f"account:{before.name}", what, at=at)

        await self._store.transact(work)
        self.endings.tell(changed.id)

    # Sessions

    async def open_session(self, session: Session, *, limits: SessionLimits) -> None:
        """Also forgets sessions that are over."""
        over = (sessions.c.seen_at < session.created_at - limits.idle) | (
            sessions.c.created_at < session.created_at - limits.longest
        )

        def work(connection: Connection) -> None:
            connection.execute(sessions.delete().where(over))
            connection.execute(sessions.insert().values(asdict(session)))

        await self._store.transact(work)

    async def session(self, token: str) -> tuple[Session, Account] | None:
        """The session of a token, over or not, and whose it is."""
        query = sa.select(sessions, accounts).join(accounts).where(sessions.c.token_hash == token_hash(token))
        found = await self._store.read(query.set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL))
        if not found:
            return None
        return _of(Session, "sessions_", found[0]), _of(Account, "accounts_", found[0])

    async def touch_session(self, hashed: str, at: datetime) -> None:
        await self._store.write(sessions.update().where(sessions.c.token_hash == hashed).values(seen_at=at))

    async def close_session(self, token: str) -> None:
        hashed = token_hash(token)
        await self._store.write(sessions.delete().where(sessions.c.token_hash == hashed))
        self.endings.tell(hashed)

    # Failed attempts

    async def begin_attempt(self, delays: Mapping[str, Delays], at: datetime) -> datetime | None:
        """Count an attempt as failed before it is looked at, so that many at once are no way around the delays.

        Returns when it may be made again where one of the keys has to wait; it is not counted then.
        """

        def work(connection: Connection) -> datetime | None:
            _one_at_a_time(connection, sign_in_failures)
            query = sa.select(sign_in_failures).where(sign_in_failures.c.key.in_(delays))
            past = {row["key"]: rows.record(Failures, row) for row in connection.execute(query).mappings()}
            open_at = max((delays[key].open_again_at(each) for key, each in past.items()), default=at)
            if open_at > at:
                return open_at
            gone = sign_in_failures.c.key.in_(delays) | (sign_in_failures.c.last_at < at - FORGOTTEN_AFTER)
            connection.execute(sign_in_failures.delete().where(gone))
            noted = [asdict(failed_again(past.get(key), key, at)) for key in delays]
            connection.execute(sign_in_failures.insert(), noted)
            return None

        return await self._store.transact(work)

    async def attempt_succeeded(self, account: str, address: str | None) -> None:
        """The account's failures are forgotten; of the address's, only this attempt: others may try from there.

        address: None where the attempt was not counted for it.
        """
        table = sign_in_failures

        def work(connection: Connection) -> None:
            connection.execute(table.delete().where((table.c.key == account) | (table.c.failures <= 0)))
            fewer = table.update().where(table.c.key == address).values(failures=table.c.failures - 1)
            connection.execute(fewer)

        await self._store.transact(work)

    async def _one(self, condition: sa.ColumnElement[bool]) -> Account | None:
        found = await self._store.read(sa.select(accounts).where(condition))
        return rows.record(Account, found[0]) if found else None

    async def _change_and_sign_out(self, account_id: str, changes: dict[str, Any]) -> None:
        def work(connection: Connection) -> None:
            _change_and_sign_out(connection, _locked(connection, account_id), changes)

        await self._store.transact(work)
        self.endings.tell(account_id)


def _locked(connection: Connection, account_id: str) -> Account:
    """As it is until the transaction's end. Raises AccountError where there is none."""
    _one_at_a_time(connection, accounts)
    found = connection.execute(sa.select(accounts).where(accounts.c.id == account_id)).mappings().first()
    if found is None:
        raise AccountError("this account is no longer there")
    return rows.record(Account, found)


def _change_and_sign_out(connection: Connection, account: Account, changes: dict[str, Any]) -> None:
    """The last administrator remains one: nobody else could make another."""
    connection.execute(accounts.update().where(accounts.c.id == account.id).values(changes))
    administers = (accounts.c.role == "admin") & accounts.c.disabled.is_(False)
    left = connection.execute(sa.select(accounts.c.id).where(administers).limit(1)).first()
    if account.role == "admin" and not account.disabled and left is None:
        raise AccountError("this is the last administrator: make somebody else one first")
    connection.execute(sessions.delete().where(sessions.c.account_id == account.id))


def _one_at_a_time(connection: Connection, table: sa.Table) -> None:
    """What is read from the table stays true until the transaction's end. SQLite writes one at a time anyhow."""
    if connection.dialect.name != "sqlite":
        connection.execute(sa.text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))


def _of(kind: type[Any], prefix: str, row: sa.RowMapping) -> Any:
    plain = {name.removeprefix(prefix): value for name, value in row.items() if name.startswith(prefix)}
    return rows.record(kind, plain)  # type: ignore[arg-type]
