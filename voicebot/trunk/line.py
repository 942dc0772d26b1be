"""Keeps the line to the carrier: knows its addresses, signs in there, and says how we stand with it."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from telephony.sip.endpoint import SipEndpoint
from telephony.sip.registration import Answer, Registration
from telephony.sip.settings import SipError
from voicebot.metrics import Metrics
from voicebot.trunk.dialling import UNHEARD_S, Trunk
from voicebot.trunk.settings import TrunkSection
from voicebot.trunk.standing import State, TrunkStanding, forget_standing, write_standing

log = structlog.get_logger(__name__)

LOOKUP_S: Final = 5.0
ADDRESSES_EVERY_S: Final = 60.0
"""Carriers move their servers by the DNS, with times to live of minutes."""
KEPT_S: Final = 3600.0
"""An address stays let in for so long after the name stood for it: calls end where they began, and some names stand for
other servers each time they are asked for."""
SIGN_OFF_S: Final = 1.0
LOOK_EVERY_S: Final = 2.0
"""How soon a corrected password is tried."""
AWAY_EVERY_S: Final = 5.0
"""How soon it is noticed that a carrier is back."""
_REMEDIES: Final[dict[State, str]] = {
    "refused": "check trunk.user and trunk.password_file; a corrected file is tried at once",
    "unwanted": "ask the carrier; where calls come in by our address, set trunk.registration to false",
    "silent": "check trunk.host, trunk.port and the network",
    "away": "check the network, and ask the carrier; where it takes calls all the same, set trunk.keep_alive to crlf",
    "not_found": "check trunk.host and the DNS; SIP over IPv6 is not spoken here",
}


class AddressUnknown(Exception):
    """The trunk's name has no address now. The message says why."""


async def addresses_of(host: str) -> frozenset[str]:
    """The IPv4 addresses of a name, as they are now; asked on a thread. Raises AddressUnknown."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(LOOKUP_S):
            found = await loop.getaddrinfo(host, None, family=socket.AF_INET, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError, TimeoutError) as error:
        raise AddressUnknown(str(error) or "no answer from the DNS") from error
    return frozenset(str(each[4][0]) for each in found)


class TrunkLine:
    """One of a media process that has a trunk."""

    def __init__(
        self,
        endpoint: SipEndpoint,
        settings: TrunkSection,
        trunk: Trunk,
        data_dir: Path,
        metrics: Metrics,
        look_up: Callable[[str], Awaitable[frozenset[str]]] = addresses_of,
    ) -> None:
        """data_dir: where the standing is told. look_up: name -> addresses; may raise AddressUnknown."""
        assert settings.host is not None
        self._endpoint = endpoint
        self._settings = settings
        self._host = settings.host
        self._trunk = trunk
        self._data_dir = data_dir
        self._metrics = metrics
        self._look_up = look_up
        self._seen: dict[str, float] = {}
        """Address -> when the name stood for it last, by the loop's clock."""
        self._address: str | None = None
        self._registration: Registration | None = None
        self._standing = TrunkStanding("unknown")
        """As signing in and calls have it."""
        self._shown: TrunkStanding | None = None
        self._answers = False
        """It has answered OPTIONS: some trunks never do."""
        self._back = False
        trunk.on_standing = self._tell

    async def run(self) -> None:
        """Until cancelled; then signs off."""
        self._tell(TrunkStanding("unknown"))
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._keep_signed_in())
                tasks.create_task(self._keep_open())
        finally:
            forget_standing(self._data_dir)
            if self._registration is not None and self._standing.state == "registered":
                with suppress(SipError):
                    await self._registration.sign_off(SIGN_OFF_S)

    async def _keep_signed_in(self) -> None:
        loop = asyncio.get_running_loop()
        look_up_at = loop.time()
        while True:
            moved = False
            if loop.time() >= look_up_at:
                look_up_at = loop.time() + ADDRESSES_EVERY_S
                moved = await self._moved(loop.time())
            if await self._trunk.account.changed():
                log.info("trunk_password_read_again")
                self._tell(TrunkStanding("unknown"))
                self._trunk.forgive()
                await self._sign_in()
            elif moved or self._back:
                await self._sign_in()
            self._back = False
            await asyncio.sleep(LOOK_EVERY_S)

    async def _keep_open(self) -> None:
        """Every packet through a NAT keeps it open for some more seconds."""
        way = self._settings.keep_alive
        while way != "off":
            if (address := self._where) is not None:
                if way == "crlf":
                    self._endpoint.keep_open(address)
                else:
                    host = self._settings.domain or self._host
                    self._heard(await self._endpoint.answers(host, address, timeout_s=UNHEARD_S))
            soon = self._trunk.away or address is None
            await asyncio.sleep(AWAY_EVERY_S if soon else self._settings.keep_alive_s)

    @property
    def _where(self) -> tuple[str, int] | None:
        if self._registration is not None:
            return self._registration.address
        return (self._address, self._settings.port) if self._address else None

    def _heard(self, answered: bool) -> None:
        """What came of OPTIONS."""
        if answered:
            self._answers = True
            if self._trunk.away:
                # whoever was away may have forgotten us; where the password was wrong, it still is
                self._back = self._standing.state in ("registered", "silent")
        self._show(away=not answered and (self._answers or self._standing.state == "silent"))

    async def _moved(self, now: float) -> bool:
        """Looks the trunk up and lets in whom its name stands for. Whether we are to sign in there anew."""
        try:
            found = await self._look_up(self._host)
        except AddressUnknown as why:
            if not self._seen:
                self._tell(TrunkStanding("not_found", str(why), time.time() + ADDRESSES_EVERY_S))
            else:
                log.warning("trunk_not_looked_up", host=self._host, reason=str(why), consequence="its addresses stay")
            return False
        if found - self._seen.keys():
            log.info("trunk_addresses", host=self._host, addresses=sorted(found), before=sorted(self._seen))
        self._seen |= dict.fromkeys(found, now)
        self._seen = {address: seen for address, seen in self._seen.items() if now - seen < KEPT_S}
        self._endpoint.guard.let_in(self._seen)
        if self._address not in found:
            self._address = min(found, default=None)
        return self._registration is None or self._registration.address[0] not in found

    async def _sign_in(self) -> None:
        """Afresh: at another address, or with another password."""
        if self._registration is not None:
            self._registration.stop()
            self._registration = None
        credentials = self._trunk.account.credentials
        if credentials is None or not self._settings.registration or not self._seen:
            return
        where = f"sip:{self._host}:{self._settings.port}"
        try:
            self._registration = await self._endpoint.register(
                where, credentials, domain=self._settings.domain or "", on_answer=self._on_answer
            )
        except SipError as error:
            log.warning("trunk_not_registered", reason=str(error))

    def _on_answer(self, answer: Answer) -> None:
        if answer.standing != "silent" and self._trunk.away:  # it is there, and answers OPTIONS no more
            self._answers = self._trunk.away = False
        if answer.standing == "registered" and self._trunk.closed is not None:
            return  # what calls have been told counts for more
        self._tell(TrunkStanding(answer.standing, answer.said, time.time() + answer.again_in_s))

    def _tell(self, standing: TrunkStanding) -> None:
        self._standing = standing
        self._show(away=self._trunk.away)

    def _show(self, *, away: bool) -> None:
        self._trunk.away = away
        standing = TrunkStanding("away", "no answer to OPTIONS", time.time() + AWAY_EVERY_S) if away else self._standing
        self._metrics.trunk_fault.set(standing.state in _REMEDIES)
        before, self._shown = self._shown, standing
        if before != standing:
            write_standing(self._data_dir, standing)
        if before is not None and (before.state, before.said) == (standing.state, standing.said):
            return
        where = f"{self._host}:{self._settings.port}"
        if standing.state in _REMEDIES:
            remedy = _REMEDIES[standing.state]
            again_in_s = round(standing.again_at - time.time())
            log.error(f"trunk_{standing.state}", trunk=where, said=standing.said, again_in_s=again_in_s, remedy=remedy)
        else:
            log.info(f"trunk_{standing.state}", trunk=where)
