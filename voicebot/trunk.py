"""Calls to the outside telephone network through the company's SIP trunk, and which numbers may be called at all."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog

from dialect_router.regions import locate
from telephony.leg import EndReason, LegEnded, LegError
from telephony.sip.endpoint import SipEndpoint
from telephony.sip.leg import SipLeg
from telephony.sip.settings import Credentials
from voicebot.company.passwords import open_to_others
from voicebot.config import ConfigError
from voicebot.masking import mask
from voicebot.trunk_settings import TrunkSection

log = structlog.get_logger(__name__)

LOOKUP_S: Final = 5.0
CHINA: Final = "+86"


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
        self._credentials = _credentials(settings)
        self._legs: list[SipLeg] = []

    @property
    def caller_id(self) -> str:
        return self._caller_id

    @property
    def ring_s(self) -> float:
        return self._settings.ring_s

    def checked(self, number: str) -> str:
        """The number in E.164. Raises NotDialable."""
        return self._guard.checked(number)

    async def dial(self, number: str, *, call_id: str) -> SipLeg:
        """Rings a number; `await leg.answered()` is the next step. Raises NotDialable, SipError, and LegError when no
        line is free."""
        called = as_dialled(self.checked(number), self._settings.number_format)
        self._legs = [leg for leg in self._legs if leg.ended is None]
        if len(self._legs) >= self._settings.most_calls:
            log.warning("trunk_full", most_calls=self._settings.most_calls)
            raise LegError(LegEnded(EndReason.REJECTED, 503, "as many calls go out as trunk.most_calls allows"))
        log.info("dialling_out", call=call_id, number=mask(called))
        leg = await self._endpoint.dial(
            f"sip:{called}@{self._settings.host}:{self._settings.port}",
            from_number=self._caller_id,
            credentials=self._credentials,
        )
        self._legs.append(leg)
        return leg


def opened_trunk(endpoint: SipEndpoint, settings: TrunkSection, *, hotline: str) -> Trunk | None:
    """None where there is none, which is said. Raises ConfigError."""
    if settings.host is None:
        log.info("no_trunk", consequence="nobody is dialled; callbacks are tasks for people", remedy="set trunk.host")
        return None
    return Trunk(endpoint, settings, hotline=hotline)


async def trunk_peers(settings: TrunkSection) -> tuple[str, ...]:
    """The addresses from which the trunk's SIP comes, as they are now."""
    if settings.host is None:
        return ()
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(LOOKUP_S):
            found = await loop.getaddrinfo(settings.host, None, family=socket.AF_INET, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError, TimeoutError) as error:
        raise ConfigError(f"trunk.host: {settings.host} is not found ({error}): check the name and the DNS") from error
    return tuple(sorted({str(each[4][0]) for each in found}))


def as_dialled(e164: str, number_format: str) -> str:
    """A number as the trunk wants it written."""
    if number_format == "e164":
        return e164
    if not e164.startswith(CHINA):
        return f"00{e164[1:]}"
    national = e164.removeprefix(CHINA)
    mobile = len(national) == 11 and national.startswith("1")
    return national if mobile else f"0{national}"


def _credentials(settings: TrunkSection) -> Credentials | None:
    if settings.user is None:
        return None
    if settings.password_file is None:
        raise ConfigError("trunk.user is set and trunk.password_file is not: name the file with its password")
    return Credentials(settings.user, _password(settings.password_file))


def _password(file: Path) -> str:
    """Without the line's end. Raises ConfigError; no message holds any of it."""
    try:
        open_to_all, text = open_to_others(file), file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"trunk.password_file: {file} cannot be read: check path, owner and UTF-8") from error
    if open_to_all:
        raise ConfigError(f"trunk.password_file: others may read {file}; run: chmod 600 {file}")
    password = text.strip("\r\n")
    if not password or "\n" in password:
        raise ConfigError(f"trunk.password_file: {file} must hold the password on one line, and nothing else")
    return password
