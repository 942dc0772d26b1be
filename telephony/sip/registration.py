"""Registering somewhere else: what a telephone does, and a trunk asks for (RFC 3261, 10.2)."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from sippy.SipRegistrationAgent import SipRegistrationAgent
from sippy.SipURL import SipURL

from telephony.sip.settings import Credentials, SipError
from telephony.sip.stack import Stack

_log = logging.getLogger(__name__)


class RegistrationFailed(SipError):
    """The registrar refused, or did not answer."""


class Registration:
    """One user at one registrar, renewed until `stop`. The phone is called at the stack's own address."""

    def __init__(
        self, stack: Stack, address: tuple[str, int], contact_ip: str, credentials: Credentials, expires_s: int
    ) -> None:
        """address: the registrar's, as numbers."""
        self._user = credentials.username
        self._first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        host, port = address
        self._agent = SipRegistrationAgent(
            stack.config,
            SipURL(username=self._user, host=host, port=port),
            SipURL(username=self._user, host=contact_ip, port=stack.port),
            user=self._user,
            passw=credentials.password,
            exp=expires_s,
            rok_cb=self._taken,
            rfail_cb=self._refused,
            target=address,
        )
        self._agent.doregister()

    async def registered(self, timeout_s: float = 10.0) -> None:
        """Waits for the first answer. Raises RegistrationFailed."""
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.shield(self._first)
        except TimeoutError:
            raise RegistrationFailed(
                f"no registrar answered within {timeout_s:g} s for {self._user!r}: check its address"
            ) from None

    def stop(self) -> None:
        """Renews no more; the registrar forgets the phone when its time is up."""
        self._agent.stopregister()

    def _taken(self, _until: Any, _contact: Any, _arg: Any) -> None:
        if not self._first.done():
            self._first.set_result(None)

    def _refused(self, status: Any, _arg: Any) -> None:
        _log.warning("the registrar refused %s: %s", self._user, status)
        if not self._first.done():
            reason = f"the registrar refused {self._user!r} ({status}): check user name and password"
            self._first.set_exception(RegistrationFailed(reason))
