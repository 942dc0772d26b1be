"""Calls to the outside telephone network through the company's SIP trunk, and which numbers may be called at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from dialect_router.regions import locate
from telephony.leg import EndReason, LegEnded, LegError
from telephony.sip.endpoint import SipEndpoint
from telephony.sip.leg import SipLeg
from telephony.sip.registration import pause_after_refusals_s
from voicebot.masking import mask
from voicebot.trunk.account import TrunkAccount
from voicebot.trunk.settings import TrunkSection
from voicebot.trunk.standing import TrunkStanding

log = structlog.get_logger(__name__)

CHINA: Final = "+86"
UNHEARD_S: Final = 8.0
"""A trunk that says nothing to a request for so long, not even 100 Trying, is not there. It is sent five times."""
_HEARD: Final = frozenset({480, 486, 487, 600, 603})
"""Answers of the called, which come only where the trunk has taken the call."""


class NotDialable(Exception):
    """A number that is not called. The message says why, and is for the person who wanted it called."""


class DialGuard:
    """Which numbers may be called. Pure."""

    def __init__(self, allowed: Sequence[str]) -> None:
        """allowed: beginnings of numbers in E.164."""
        self._allowed = tuple(allowed)

    def checked(self, number: str) -> str:
        """The number in E.164. Raises NotDialable."""
        e164 = locate(number).e164
        if e164 is None:
            raise NotDialable(f"{mask(number[:32])!r} is no telephone number that can be called: write it in full")
        if not e164.startswith(self._allowed):
            raise NotDialable(
                f"numbers such as {mask(e164)} may not be called: trunk.allowed has {', '.join(self._allowed)}"
            )
        return e164


class Trunk:
    """The way out. One of a media process."""

    def __init__(self, endpoint: SipEndpoint, settings: TrunkSection, *, hotline: str) -> None:
        """hotline: what the called see where the settings say nothing else. Raises ConfigError for the password's
        file."""
        self._endpoint = endpoint
        self._settings = settings
        self._guard = DialGuard(settings.allowed)
        self._caller_id = settings.caller_id or hotline
        self.account = TrunkAccount(settings)
        self.on_standing: Callable[[TrunkStanding], None] = lambda standing: None
        """Hears of a password that the trunk does not take for calls, and when it does."""
        self.away = False
        """The trunk answers nothing: calls are refused at once instead of being waited for (32 s, Timer B)."""
        self._legs: list[SipLeg] = []
        self._refusals = 0
        """Calls in a row for which the password was not taken."""
        self._refused = TrunkStanding("unknown")

    @property
    def caller_id(self) -> str:
        return self._caller_id

    @property
    def ring_s(self) -> float:
        return self._settings.ring_s

    def checked(self, number: str) -> str:
        """The number in E.164. Raises NotDialable."""
        return self._guard.checked(number)

    @property
    def closed(self) -> NotDialable | None:
        """Why no call is tried now. After a wrong password the trunk is left alone for a while, so that it does not
        lock us out."""
        if time.time() >= self._refused.again_at:
            return NotDialable("the trunk does not answer: calls go out again when it does") if self.away else None
        said = self._refused.said
        return NotDialable(f"the trunk does not take our password ({said}): check trunk.user and trunk.password_file")

    def forgive(self) -> None:
        """There is another password."""
        self._refusals, self._refused = 0, TrunkStanding("unknown")

    async def dial(self, number: str, *, call_id: str) -> SipLeg:
        """Rings a number; `await leg.answered()` is the next step. Raises NotDialable, SipError, and LegError when no
        line is free."""
        called = as_dialled(self.checked(number), self._settings.number_format)
        if (closed := self.closed) is not None:
            raise closed
        self._legs = [leg for leg in self._legs if leg.ended is None]
        if len(self._legs) >= self._settings.most_calls:
            log.warning("trunk_full", most_calls=self._settings.most_calls)
            raise LegError(LegEnded(EndReason.REJECTED, 503, "as many calls go out as trunk.most_calls allows"))
        log.info("dialling_out", call=call_id, number=mask(called))
        line, domain = self._settings, self._settings.domain or self._settings.host or ""
        leg = await self._endpoint.dial(
            f"sip:{called}@{line.host}:{line.port}",
            from_number=self._caller_id,
            credentials=self.account.credentials,
            domain=domain,
            from_user=line.user or "" if line.from_user == "account" else "",
            headers={"P-Asserted-Identity": f"<sip:{self._caller_id}@{domain}>"} if line.asserted_identity else {},
            unheard_s=UNHEARD_S,
            on_over=self._over,
        )
        self._legs.append(leg)
        return leg

    def _over(self, leg: SipLeg) -> None:
        """401 and 407 end a call only where its password was not taken, or there is none to show."""
        ended = leg.ended
        if ended is None or ended.reason is EndReason.ERROR:
            return
        if ended.sip_code in (401, 407):
            self._refusals += 1
            pause_s = pause_after_refusals_s(self._refusals)
            self._refused = TrunkStanding("refused", f"{ended.sip_code} {ended.text}".strip(), time.time() + pause_s)
            self.on_standing(self._refused)
        elif self._refusals and (ended.reason is EndReason.REMOTE_HANGUP or ended.sip_code in _HEARD):
            self.forgive()
            self.on_standing(self._refused)


def opened_trunk(endpoint: SipEndpoint, settings: TrunkSection, *, hotline: str) -> Trunk | None:
    """None where there is none, which is said. Raises ConfigError."""
    if settings.host is None:
        log.info("no_trunk", consequence="nobody is dialled; callbacks are tasks for people", remedy="set trunk.host")
        return None
    return Trunk(endpoint, settings, hotline=hotline)


def as_dialled(e164: str, number_format: str) -> str:
    """A number as the trunk wants it written."""
    if number_format == "e164":
        return e164
    if not e164.startswith(CHINA):
        return f"00{e164[1:]}"
    national = e164.removeprefix(CHINA)
    mobile = len(national) == 11 and national.startswith("1")
    return national if mobile else f"0{national}"
