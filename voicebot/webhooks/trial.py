"""A test event for a webhook: sent once, now, and to be seen among its deliveries whatever comes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from voicebot.web_settings import WebhookSection
from voicebot.webhooks.book import Webhook
from voicebot.webhooks.deliveries import Deliveries
from voicebot.webhooks.sender import NotTaken, Sender


async def try_out(
    deliveries: Deliveries, settings: WebhookSection, webhook: Webhook, *, by: str, now: Callable[[], datetime]
) -> str:
    """Why the receiver did not take it; empty: it did. Raises WebhookError where the webhook is gone."""
    due = await deliveries.begin_test(webhook, by=by, at=now())
    try:
        async with Sender(settings) as sender:
            await sender.send(due, now())
    except NotTaken as why:
        await deliveries.failed(due.delivery, str(why), now())
        return str(why)
    await deliveries.delivered(due.delivery, now())
    return ""
