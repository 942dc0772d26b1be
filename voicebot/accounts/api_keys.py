"""API keys: what a program signs its requests with. Shown once; the store knows only a hash of the secret."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from voicebot.accounts.permissions import Actor
from voicebot.accounts.scopes import SCOPES, actions_of
from voicebot.privacy.audit import append
from voicebot.store import rows
from voicebot.store.api_tables import api_keys
from voicebot.store.store import Store

PREFIX: Final = "vbk"
"""By which a key is known that got into a place where it does not belong."""
TOUCH_EVERY: Final = timedelta(minutes=5)
LONGEST_NAME: Final = 64


class ApiKeyError(Exception):
    """A key cannot be made or found as asked. The message says what would be right."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    id: str
    name: str
    """Which program has it."""
    secret_hash: str = field(repr=False)
    scopes: tuple[str, ...]
    created_at: datetime
    teams: tuple[str, ...] = ()
    """Where not empty, the key reaches what a supervisor of these teams does, and nothing else."""
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None
    """To about five minutes."""
    created_by: str = ""
    """As the audit log names them; empty where it was not noted yet."""

    def is_good(self, at: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)

    @property
    def actor(self) -> Actor:
        role: Final = "supervisor" if self.teams else "admin"
        return Actor(f"key:{self.id}", self.name, role, None, frozenset(self.teams), actions_of(self.scopes))


class ApiKeys:
    """The keys in the store. Every method may raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(
        self,
        name: str,
        scopes: Iterable[str],
        *,
        by: str,
        at: datetime,
        teams: Iterable[str] = (),
        expires_at: datetime | None = None,
    ) -> str:
        """The new key, which nobody can read a second time. by: who makes it, for the audit log. Raises ApiKeyError."""
        name = name.strip()
        if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
            raise ApiKeyError(f"a key needs a name of 1 to {LONGEST_NAME} characters: which program has it")
        wanted = tuple(dict.fromkeys(scopes))
        if not wanted or set(wanted) - SCOPES.keys():
            raise ApiKeyError(f"a key needs scopes, out of: {', '.join(SCOPES)}")
        secret = secrets.token_urlsafe(32)
        key = ApiKey(secrets.token_hex(6), name, _hash(secret), wanted, at, tuple(teams), expires_at, created_by=by)
        detail = {"name": name, "scopes": " ".join(wanted)} | ({"teams": " ".join(key.teams)} if key.teams else {})

        def work(connection: Connection) -> None:
            connection.execute(api_keys.insert().values(asdict(key)))
            append(connection, by, "api_key.added", f"key:{key.id}", detail, at=at)

        await self._store.transact(work)
        return f"{PREFIX}_{key.id}_{secret}"

    async def all(self) -> list[ApiKey]:
        found = await self._store.read(sa.select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id))
        return [rows.record(ApiKey, row) for row in found]

    async def revoke(self, key_id: str, *, by: str, at: datetime) -> None:
        """Raises ApiKeyError where no such key is left to be revoked."""
        key = (api_keys.c.id == key_id) & api_keys.c.revoked_at.is_(None)

        def work(connection: Connection) -> None:
            revoke = api_keys.update().where(key).values(revoked_at=at).returning(api_keys.c.name)
            if (revoked := connection.execute(revoke).first()) is None:
                raise ApiKeyError(f"there is no key {key_id!r} to revoke; `voicebot api-keys list` shows them")
            append(connection, by, "api_key.revoked", f"key:{key_id}", {"name": revoked.name}, at=at)

        await self._store.transact(work)

    async def good(self, given: str, *, at: datetime) -> ApiKey | None:
        """The key that a request was signed with, if it is one and still good; counts as use."""
        prefix, _, rest = given.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != PREFIX or not key_id or not secret:
            return None
        found = await self._store.read(sa.select(api_keys).where(api_keys.c.id == key_id))
        if not found:
            return None
        key = rows.record(ApiKey, found[0])
        if not hmac.compare_digest(_hash(secret), key.secret_hash) or not key.is_good(at):
            return None
        if key.used_at is None or at - key.used_at >= TOUCH_EVERY:
            await self._store.write(api_keys.update().where(api_keys.c.id == key_id).values(used_at=at))
        return key


def _hash(secret: str) -> str:
    """256 random bits need neither salt nor slowness."""
    return hashlib.sha256(secret.encode()).hexdigest()
