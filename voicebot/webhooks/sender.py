"""Makes one delivery: a POST to the address that was checked, and nowhere else."""

from __future__ import annotations

import asyncio
import json
import ssl
from datetime import datetime
from typing import Final

import httpx2

from voicebot.web_settings import WebhookSection
from voicebot.webhooks.deliveries import Due
from voicebot.webhooks.signing import HEADER, signature
from voicebot.webhooks.targets import Target, TargetRefused, Targets


class NotTaken(Exception):
    """The receiver did not take it. The message says why."""


class Sender:
    """async with Sender(settings.webhooks) as sender: await sender.send(due, at)"""

    def __init__(self, settings: WebhookSection) -> None:
        self._targets = Targets(settings.allow)
        self._timeout_s = settings.timeout_s
        trusted = ssl.create_default_context()
        if settings.ca_file is not None:
            trusted.load_verify_locations(settings.ca_file)
        self._client: Final = httpx2.AsyncClient(
            verify=trusted, timeout=None, follow_redirects=False, trust_env=False, headers={"User-Agent": "voicebot"}
        )

    async def __aenter__(self) -> Sender:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def send(self, due: Due, at: datetime) -> None:
        """Returns once the receiver has answered 2xx; raises NotTaken otherwise. No redirect is followed."""
        try:
            async with asyncio.timeout(self._timeout_s):
                status = await self._post(due, at)
        except TimeoutError:
            raise NotTaken(f"no answer within {self._timeout_s:g} s") from None
        except (TargetRefused, httpx2.HTTPError, httpx2.InvalidURL, OSError, UnicodeError) as error:
            raise NotTaken(f"{type(error).__name__}: {error}") from error
        if not 200 <= status < 300:
            raise NotTaken(f"answered {status}")

    async def _post(self, due: Due, at: datetime) -> int:
        target = self._targets.check(due.url)
        address = await self._targets.resolve(target)
        body = body_of(due)
        url = httpx2.URL(due.url).copy_with(host=str(address))
        headers = {
            "Host": _host_header(target),
            "Content-Type": "application/json",
            "Voicebot-Event": due.delivery.event,
            "Voicebot-Delivery": str(due.delivery.id),
            HEADER: signature(due.secret, body, at),
        }
        # The certificate is still checked against the name, though the connection goes to the address.
        extensions = {"sni_hostname": target.host} if target.encrypted else {}
        async with self._client.stream("POST", url, content=body, headers=headers, extensions=extensions) as answer:
            return answer.status_code  # whatever the body is, it is not read


def body_of(due: Due) -> bytes:
    """What is posted: the delivery's number, by which a receiver knows a repetition, and the event."""
    delivery = due.delivery
    body = {"id": delivery.id, "event": delivery.event, "data": json.loads(delivery.payload)}
    return json.dumps(body, ensure_ascii=False).encode()


def _host_header(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if target.port == (443 if target.encrypted else 80) else f"{host}:{target.port}"
