"""Registering somewhere else: what a telephone does, and a trunk asks for (RFC 3261, 10.2)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal

from sippy.SipHeader import SipHeader
from sippy.SipRegistrationAgent import SipRegistrationAgent
from sippy.SipURL import SipURL

from telephony.sip.settings import Credentials, SipError
from telephony.sip.stack import Stack, header

RENEWED_AT: Final = 0.8
"""Share of the granted time after which the registration is renewed; stock sippy lets it run out first."""
SOONEST_S: Final = 5.0
AGAIN_S: Final = 60.0
"""After no answer, or a failure that is the registrar's own."""
AFTER_REFUSAL_S: Final = 300.0
"""Doubled with every further refusal: carriers lock accounts after a handful of wrong passwords in a short time."""
LONGEST_S: Final = 3600.0
LONGEST_ASKED_S: Final = 86_400
MOST_STALE: Final = 2
_HEADERS: Final = {
    401: ("www-authenticate", "authorization"),
    407: ("proxy-authenticate", "proxy-authorization"),
}

_log = logging.getLogger(__name__)

Standing = Literal["registered", "refused", "unwanted", "silent"]
"""refused: user or password is wrong; unwanted: there is nothing to sign in to; silent: no answer, or out of order."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of the latest attempt. Times in seconds."""

    standing: Standing
    code: int
    reason: str
    again_in_s: float

    @property
    def said(self) -> str:
        return f"{self.code} {self.reason}".strip()


class RegistrationFailed(SipError):
    """The registrar refused, or did not answer."""


def pause_after_refusals_s(refusals: int) -> float:
    """refusals: in a row, 1 or more."""
    return float(min(LONGEST_S, AFTER_REFUSAL_S * 2.0 ** min(refusals - 1, 10)))


class Registration(SipRegistrationAgent):  # type: ignore[misc]
    """One user at one registrar, renewed until `sign_off`. The phone is called at the stack's own address."""

    def __init__(
        self,
        stack: Stack,
        domain: tuple[str, int | None],
        address: tuple[str, int],
        contact_ip: str,
        credentials: Credentials,
        expires_s: int,
        on_answer: Callable[[Answer], None] = lambda answer: None,
    ) -> None:
        """domain: the registrar's host and port as they are written in URIs; address: where it is. on_answer: hears
        what comes of each attempt."""
        super().__init__(
            stack.config,
            SipURL(username=credentials.username, host=domain[0], port=domain[1]),
            SipURL(username=credentials.username, host=contact_ip, port=stack.port),
            user=credentials.username,
            passw=credentials.password,
            exp=expires_s,
            target=(address, "udp"),
        )
        self.address = address
        self._contact = (contact_ip, stack.port)
        self._expires_s = expires_s
        self._on_answer = on_answer
        self._taken_up: list[int] = []
        """Challenges answered in this attempt."""
        self._refusals = 0
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
        self._on_answer = lambda answer: None
        self._first = asyncio.get_running_loop().create_future()
        self._ask_for(0)
        self._begin()
        with suppress(TimeoutError, RegistrationFailed):
            await self.registered(timeout_s)
        self.stop()

    def stop(self) -> None:
        """Says no more, and hears no more."""
        self.stopregister()
        if self._next is not None:
            self._next.cancel()

    def _ask_for(self, expires_s: int) -> None:
        """In a header of its own: the stack writes the one in Contact where not every registrar finds it."""
        for before in self.rmsg.getHFs("expires"):
            self.rmsg.removeHeader(before)
        self.rmsg.appendHeader(header("Expires", str(expires_s)))

    def _begin(self) -> None:
        """A new attempt: without what proved the password last time, which a registrar may take for a wrong one now."""
        self._taken_up.clear()
        if self.dead:
            return
        for _, proof in _HEADERS.values():
            for before in self.rmsg.getHFs(proof):
                self.rmsg.removeHeader(before)
        self.doregister()

    def gotreply(self, answer: Any) -> None:
        code, reason = answer.getSCode()
        if self.dead or code < 200:
            return
        self._again(AGAIN_S)  # whatever the answer holds, and whether or not it can be read
        if code < 300:
            self._refusals = 0
            self._settle("registered", code, reason, max(SOONEST_S, RENEWED_AT * self._granted_s(answer)))
        elif code in _HEADERS and self._take_up(answer, code):
            self.doregister()
        elif code == 423 and (least := _seconds(answer, "min-expires")) > self._expires_s:
            self._expires_s = least
            self._ask_for(least)
            self._begin()
        elif code in (401, 403, 407) and self._taken_up:
            self._refuse("refused", code, reason)
        elif code == 408 or code >= 500:
            self._settle("silent", code, reason, min(LONGEST_S, max(AGAIN_S, _seconds(answer, "retry-after"))))
        else:
            self._refuse("unwanted", code, reason)

    def _take_up(self, answer: Any, code: int) -> bool:
        """Whether a challenge can be answered: each kind once in an attempt, and again if the proof came late."""
        asked, proof = _HEADERS[code]
        for challenge in answer.getHFBodys(asked):
            supported, qop = challenge.supportedAlgorithm()
            if not supported:
                continue
            stale = any(name == "stale" and value.lower() == "true" for name, value in challenge.otherparams)
            if code in self._taken_up and not (stale and self._taken_up.count(code) <= MOST_STALE):
                return False
            self._taken_up.append(code)
            for before in self.rmsg.getHFs(proof):
                self.rmsg.removeHeader(before)
            body = challenge.genAuthHF(self.user, self.passw, "REGISTER", str(self.rmsg.ruri), qop=qop)
            self.rmsg.appendHeader(SipHeader(name=proof, body=body))
            return True
        return False

    def _refuse(self, standing: Standing, code: int, reason: str) -> None:
        self._refusals += 1
        self._settle(standing, code, reason, pause_after_refusals_s(self._refusals))

    def _settle(self, standing: Standing, code: int, reason: str, again_in_s: float) -> None:
        self._again(again_in_s)
        if standing != "registered":
            _log.warning("not registered as %s: %d %s; again in %.0f s", self.user, code, reason, again_in_s)
        if not self._first.done():
            if standing == "registered":
                self._first.set_result(None)
            else:
                self._first.set_exception(RegistrationFailed(_failure(standing, self.user, f"{code} {reason}")))
                self._first.exception()  # nobody has to wait for it
        self._on_answer(Answer(standing, code, reason, again_in_s))

    def _granted_s(self, answer: Any) -> int:
        """For how long: the registrar may give less than was asked for. It lists other phones of the user as well."""
        ours = [each.address for each in answer.getHFBodys("contact") if each.address and _where(each) == self._contact]
        times = [str(address.params.get("expires")) for address in ours]
        given = [int(time) for time in times if time.isascii() and time.isdecimal()] or [_seconds(answer, "expires")]
        return min([self._expires_s, *(time for time in given if time > 0)])

    def _again(self, in_s: float) -> None:
        if self._next is not None:
            self._next.cancel()
        self._next = asyncio.get_running_loop().call_later(in_s, self._begin)


def _failure(standing: Standing, user: str, said: str) -> str:
    if standing == "silent":
        return f"the registrar does not answer {user!r} ({said}): check its address, or wait"
    return f"the registrar refused {user!r} ({said}): check user name and password"


def _where(contact: Any) -> tuple[str, int]:
    url = contact.address.url
    return url.host, url.port or 5060


def _seconds(answer: Any, name: str) -> int:
    """A header's number; 0 where there is none."""
    for body in answer.getHFBodys(name):
        text = str(body).split(";")[0].split("(")[0].strip()
        if text.isascii() and text.isdecimal():
            return min(int(text), LONGEST_ASKED_S)
    return 0
