"""A test event for a webhook: sent once, now, and to be seen among its deliveries whatever comes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from voicebot.web_settings import WebhookSection
from voicebot.webhooks.book import Webhook, WebhookBook
from voicebot.webhooks.sender import NotTaken, Sender


async def try_out(
    book: WebhookBook, settings: WebhookSection, webhook: Webhook, *, by: str, now: Callable[[], datetime]
) -> str:
    """Why the receiver did not take it; empty: it did. Raises WebhookError where the webhook is gone."""
    due = await book.begin_test(webhook, by=by, at=now())
    try:
        async with Sender(settings) as sender:
            await sender.send(due, now())
    except NotTaken as why:
        await book.failed(due.delivery, str(why), now())
        return str(why)
    await book.delivered(due.delivery, now())
    return ""
