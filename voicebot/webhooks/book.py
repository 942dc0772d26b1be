"""Webhooks in the store: where events are told, and which."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from voicebot.events import NAMES
from voicebot.privacy.audit import append
from voicebot.store.store import Store
from voicebot.store.webhook_tables import webhook_events, webhooks

EVENTS: Final = tuple(NAMES.values())


class WebhookError(Exception):
    """A webhook cannot be made or found as asked. The message says what would be right."""


@dataclass(frozen=True, slots=True)
class Webhook:
    id: str
    url: str
    secret: str = field(repr=False)
    created_at: datetime
    events: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        """Without the path, in which some receivers want a secret of theirs."""
        return urlsplit(self.url).hostname or ""


class WebhookBook:
    """Every method may raise StoreError. by: who does it, as the audit log names them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, url: str, events: Iterable[str], *, by: str, at: datetime) -> Webhook:
        """Raises WebhookError for events that do not exist. Whether `url` may be told, the caller has asked."""
        made = Webhook(secrets.token_hex(6), url, secrets.token_urlsafe(32), at, _known(events))

        def work(connection: Connection) -> None:
            values = {"id": made.id, "url": url, "secret": made.secret, "created_at": at}
            connection.execute(webhooks.insert().values(values))
            _want(connection, made)
            append(connection, by, "webhook.added", f"webhook:{made.id}", _told(made), at=at)

        await self._store.transact(work)
        return made

    async def change(self, webhook: Webhook, url: str, events: Iterable[str], *, by: str, at: datetime) -> None:
        """It goes elsewhere from now on, also what waits for it, and is told of other events; its secret stays.
        Raises WebhookError as `add` does, and where it is gone.
        """
        changed = replace(webhook, url=url, events=_known(events))

        def work(connection: Connection) -> None:
            if not connection.execute(webhooks.update().where(webhooks.c.id == webhook.id).values(url=url)).rowcount:
                raise gone(webhook.id)
            connection.execute(webhook_events.delete().where(webhook_events.c.webhook_id == webhook.id))
            _want(connection, changed)
            append(connection, by, "webhook.changed", f"webhook:{webhook.id}", _told(changed), at=at)

        await self._store.transact(work)

    async def all(self) -> list[Webhook]:
        found = await self._store.read(sa.select(webhooks).order_by(webhooks.c.created_at, webhooks.c.id))
        wanted = await self._store.read(sa.select(webhook_events).order_by(webhook_events.c.event))
        return [
            Webhook(
                row["id"],
                row["url"],
                row["secret"],
                row["created_at"],
                tuple(each["event"] for each in wanted if each["webhook_id"] == row["id"]),
            )
            for row in found
        ]

    async def remove(self, webhook_id: str, *, by: str, at: datetime) -> None:
        """With what it was still to be told. Raises WebhookError where there is none."""

        def work(connection: Connection) -> None:
            if not connection.execute(webhooks.delete().where(webhooks.c.id == webhook_id)).rowcount:
                raise gone(webhook_id)
            append(connection, by, "webhook.removed", f"webhook:{webhook_id}", {}, at=at)

        await self._store.transact(work)


def _known(events: Iterable[str]) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(events))
    if not wanted or set(wanted) - set(EVENTS):
        raise WebhookError(f"a webhook needs events, out of: {', '.join(EVENTS)}")
    return wanted


def _want(connection: Connection, webhook: Webhook) -> None:
    values = [{"webhook_id": webhook.id, "event": name} for name in webhook.events]
    connection.execute(webhook_events.insert(), values)


def _told(webhook: Webhook) -> dict[str, str]:
    """To the audit log."""
    return {"host": webhook.host, "events": " ".join(webhook.events)}


def gone(webhook_id: str) -> WebhookError:
    return WebhookError(f"there is no webhook {webhook_id!r}; `voicebot webhooks list` shows them")
