"""Registering somewhere else: what a telephone does, and a trunk asks for (RFC 3261, 10.2)."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any, Final

from sippy.SipRegistrationAgent import SipRegistrationAgent
from sippy.SipURL import SipURL

from telephony.sip.settings import Credentials, SipError
from telephony.sip.stack import Stack, header

RENEWED_AT: Final = 0.8
"""Share of the granted time after which the registration is renewed; stock sippy lets it run out first."""
AGAIN_S: Final = 60.0
"""After a refusal."""

_log = logging.getLogger(__name__)


class RegistrationFailed(SipError):
    """The registrar refused, or did not answer."""


class Registration(SipRegistrationAgent):  # type: ignore[misc]
    """One user at one registrar, renewed until `sign_off`. The phone is called at the stack's own address."""

    def __init__(
        self, stack: Stack, address: tuple[str, int], contact_ip: str, credentials: Credentials, expires_s: int
    ) -> None:
        """address: the registrar's, as numbers."""
        host, port = address
        super().__init__(
            stack.config,
            SipURL(username=credentials.username, host=host, port=port),
            SipURL(username=credentials.username, host=contact_ip, port=stack.port),
            user=credentials.username,
            passw=credentials.password,
            exp=expires_s,
            target=(address, "udp"),
        )
        self._expires_s = expires_s
        self._ask_for(expires_s)
        self._first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._next: asyncio.TimerHandle | None = None
        self.doregister()

    async def registered(self, timeout_s: float = 10.0) -> None:
        """Waits for the first answer. Raises RegistrationFailed."""
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.shield(self._first)
        except TimeoutError:
            raise RegistrationFailed(
                f"no registrar answered within {timeout_s:g} s for {self.user!r}: check its address"
            ) from None

    async def sign_off(self, timeout_s: float = 2.0) -> None:
        """Tells the registrar that the phone is gone; one that does not answer forgets it when its time is up."""
        if self._next is not None:
            self._next.cancel()
        self._first = asyncio.get_running_loop().create_future()
        self._ask_for(0)
        self.doregister()
        with suppress(TimeoutError, RegistrationFailed):
            await self.registered(timeout_s)
        self.stopregister()
        if self._next is not None:
            self._next.cancel()

    def _ask_for(self, expires_s: int) -> None:
        """In a header of its own: the stack writes the one in Contact where not every registrar finds it."""
        for before in self.rmsg.getHFs("expires"):
            self.rmsg.removeHeader(before)
        self.rmsg.appendHeader(header("Expires", str(expires_s)))

    def gotreply(self, answer: Any) -> None:
        """The registrar's answer; a challenge is taken up by the class above."""
        code, reason = answer.getSCode()
        challenged = code in (401, 407) and self.atries == 0
        if self.dead or code < 200:
            return
        if challenged:
            super().gotreply(answer)
        elif code < 300:
            self._answered(RENEWED_AT * self._expires_s, None)
        else:
            _log.warning("the registrar refused %s: %d %s", self.user, code, reason)
            why = f"the registrar refused {self.user!r} ({code} {reason}): check user name and password"
            self._answered(AGAIN_S, RegistrationFailed(why))

    def _answered(self, again_in_s: float, failure: RegistrationFailed | None) -> None:
        self.atries = 0
        self._next = asyncio.get_running_loop().call_later(again_in_s, self.doregister)
        if self._first.done():
            return
        if failure is None:
            self._first.set_result(None)
        else:
            self._first.set_exception(failure)
