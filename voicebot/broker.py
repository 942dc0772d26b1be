"""The embedded MQTT broker: amqtt on this machine only, for those who run no broker of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import structlog
from amqtt.broker import Broker
from amqtt.errors import BrokerError

from voicebot.config import Settings

log = structlog.get_logger(__name__)


class _Subscriptions(dict[str, Any]):
    """Can be walked through while it changes: amqtt sends each new client what is retained for them, one after the
    other, and dropped the client when another came or went meanwhile."""

    def __iter__(self) -> Iterator[str]:
        return iter([*super().__iter__()])


class BrokerPortInUse(Exception):
    """The embedded broker cannot listen. The message names the setting and the remedy."""


async def run(settings: Settings) -> None:
    """The broker process: runs until cancelled."""
    await serve_broker(settings.events.port)


async def serve_broker(port: int) -> None:
    """Run the broker on 127.0.0.1:`port` until cancelled. MQTT 3.1.1, anonymous, nothing kept on disk."""
    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        }
    )
    broker._subscriptions = _Subscriptions()
    try:
        await broker.start()
    except (BrokerError, OSError) as error:
        raise BrokerPortInUse(
            f"events.port: the embedded broker cannot listen on 127.0.0.1:{port} ({error}); end the program that "
            "has it, set another `events.port`, or name an outside broker in `events.broker`"
        ) from error
    log.info("embedded broker listens", port=port)
    try:
        await asyncio.Event().wait()
    finally:
        await broker.shutdown()
