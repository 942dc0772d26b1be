"""Makes deliveries as they fall due, those of one webhook one after the other, those of several at once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from voicebot.store.store import StoreError
from voicebot.web_settings import WebhookSection
from voicebot.webhooks.deliveries import Deliveries, Due
from voicebot.webhooks.sender import NotTaken, Sender

log = structlog.get_logger(__name__)

EACH: Final = 10
"""Deliveries of one webhook taken at a time: even if none is answered, they are through within their lease."""
CLEAN_EVERY: Final = timedelta(hours=1)


class WebhookWorker:
    """Runs beside the web process; several may run on one store."""

    def __init__(
        self,
        deliveries: Deliveries,
        settings: WebhookSection,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        look_every_s: float = 1.0,
    ) -> None:
        self._deliveries = deliveries
        self._settings = settings
        self._now = now
        self._look_every_s = look_every_s
        self._clean_at = now()
        self._busy: set[str] = set()
        """Webhooks that deliveries are being made to: a slow one holds up no other."""

    async def run(self) -> None:
        """Until cancelled. A store that is away is waited for."""
        async with Sender(self._settings) as sender, asyncio.TaskGroup() as tasks:
            while True:
                with _store_may_be_away():
                    for webhook_id, deliveries in (await self._due()).items():
                        self._busy.add(webhook_id)
                        tasks.create_task(self._deliver(sender, webhook_id, deliveries))
                    await self._clean()
                await asyncio.sleep(self._look_every_s)

    async def _due(self) -> Mapping[str, Sequence[Due]]:
        by_webhook: defaultdict[str, list[Due]] = defaultdict(list)
        for due in await self._deliveries.take_due(self._now(), each=EACH, busy=self._busy):
            by_webhook[due.delivery.webhook_id].append(due)
        return by_webhook

    async def _deliver(self, sender: Sender, webhook_id: str, deliveries: Sequence[Due]) -> None:
        try:
            for due in deliveries:
                with _store_may_be_away():
                    await self._make(sender, due)
        finally:
            self._busy.discard(webhook_id)

    async def _make(self, sender: Sender, due: Due) -> None:
        delivery = due.delivery
        try:
            await sender.send(due, self._now())
        except NotTaken as error:
            again_at = await self._deliveries.failed(delivery, str(error), self._now())
            tell = log.warning if again_at is None else log.info
            tell("webhook_not_taken", webhook=delivery.webhook_id, delivery=delivery.id, reason=str(error))
        else:
            await self._deliveries.delivered(delivery, self._now())

    async def _clean(self) -> None:
        now = self._now()
        if now >= self._clean_at:
            self._clean_at = now + CLEAN_EVERY
            await self._deliveries.forget(now - timedelta(days=self._settings.keep_days))


@contextmanager
def _store_may_be_away() -> Iterator[None]:
    """What was taken and could not be written down is made again after its lease."""
    try:
        yield
    except StoreError as error:
        log.warning("webhooks_wait_for_the_store", reason=str(error))
